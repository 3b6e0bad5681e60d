"""The last chapter of the rehearsal: a trial from its protocol to the manager's report."""

from datetime import date, timedelta
from typing import Any

from deepday.cli.rehearsal.chapters import at
from deepday.cli.rehearsal.stage import Stage


def run_trial(stage: Stage) -> None:
    """Design a trial, let its weeks go by, report it, and verify the report from its export."""
    today = stage.life.now().date()
    monday = today + timedelta(days=7 - today.weekday())
    protocol = stage.folder / "protocol.json"
    design = stage.json("trial", "design", "--from", monday, "--file", protocol)
    stage.type("trial", "start", "--protocol", protocol)
    weeks = design["protocol"]["weeks"]
    stage.tell(f"Fixed before the start: the days by draw, the outcome, the rule. Its hash: {design['hash'][:16]}…")
    for number, week in enumerate(weeks):
        _live_week(stage, monday + timedelta(weeks=number), week)
    _turn(stage, monday + timedelta(weeks=len(weeks)))
    stage.type("sync")
    page, own = stage.folder / "trial-report.pdf", stage.folder / "trial-report.html"
    stage.type("trial", "report", "--html", own)
    stage.type("trial", "report", "--shareable", "--pdf", page)
    stage.tell(" ".join(stage.type("trial", "report").split("\n\n")[1].split()))
    stage.type("trial", "export", stage.folder / "trial")
    checked = stage.json("trial", "verify", stage.folder / "trial", "--hash", design["hash"])
    stage.tell(f"Recomputed from its export: {'the same' if checked['holds'] else 'NOT the same'}.")
    stage.tell(f"The manager's page: {page}")


def _live_week(stage: Stage, monday: date, week: dict[str, Any]) -> None:
    """Let a week be planned by the draw, and be lived: on its deep-work days colleagues write less."""
    _turn(stage, monday)
    told = stage.json("trial", "status")["revealed"]
    year, number, _ = monday.isocalendar()
    deep = [date.fromisoformat(day) for day in told[f"{year}-W{number:02}"]]
    stage.type("plan", "--from", monday, "--weeks", "1")
    stage.life.busy([date.fromisoformat(day) for day in week["days"]], deep)


def _turn(stage: Stage, monday: date) -> None:
    stage.turn(at(monday, 8, 0))
