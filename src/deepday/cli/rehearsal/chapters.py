"""The chapters of the rehearsal, from an empty home to a day that went by and left no trace."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from deepday.app.accounts import connect, provider_named
from deepday.cli.rehearsal.stage import Owner, Stage
from deepday.errors import DeepdayError

ZONE: Final = ZoneInfo("Europe/Berlin")
HOURS: Final = "Mon-Fri 09:00-12:30,13:30-18:00"
ME, POINT, ASKER, OTHER = (
    f"{name}@example.com" for name in ("jonna.feldmark", "tarek.osswald", "lene.brandvold", "selin.altayli")
)
_WEEKS: Final = 5
_ALLOWED: Final = {"google": "blocks,replies", "slack": "status,messages"}
_OWN: Final = ("On the train", ":train:")
_BY_HAND: Final = ("At the dentist", ":tooth:")


def connect_vendors(stage: Stage) -> None:
    """Sign in at all three vendors, with the real SDKs."""
    point, own = stage.life.chat_id(POINT), stage.life.chat_id(ME)
    (stage.home / "deepday.toml").write_text(
        f'[me]\nemail = "{ME}"\nslack_user = "{own}"\nzone = "{ZONE.key}"\nhours = "{HOURS}"\nholidays = "DE-BE"\n\n'
        f'[[point_people]]\nemail = "{POINT}"\nname = "Tarek Osswald"\nreach = "@tarek"\nagreed = true\n'
        f'calendars = ["{stage.home / "tarek.ics"}"]\n\n'
        f'[urgent]\nname = "Jonna"\npeople = [{{ email = "{POINT}", slack_user = "{point}" }}]\n\n'
        "[serve]\nsync_every = 0\n",
        encoding="utf-8",
    )
    stage.life.write_calendar(POINT, stage.home / "tarek.ics")
    for name, told in stage.life.sign_in_options(stage.home).items():
        provider = provider_named(name)
        options = {option.name: option.default for option in provider.sign_in_options()} | dict(told)
        owner = Owner(stage.life, stage.life.app_tokens() if name == "slack" else ())
        signed = connect(name, options | {"allow": _ALLOWED.get(name, "")}, owner)
        owner.close()
        stage.tell(f"{provider.title.partition(':')[0]}: signed in as {signed.account}.")


def measure_weeks(stage: Stage) -> None:
    """Read all there is, and measure five weeks."""
    stage.type("sync")
    today = stage.life.now().date()
    period = ("--from", today - timedelta(weeks=_WEEKS), "--to", today - timedelta(days=1))
    report = stage.folder / "report.html"
    stage.type("measure", *period, "--html", report)
    stage.tell(_headline(stage.type("measure", *period)))
    stage.tell(f"Every minute of it: {report}")


def make_case(stage: Stage) -> None:
    """Write the brief for the manager and the conversation."""
    brief = stage.folder / "brief.pdf"
    stage.type("case", "brief", "--pdf", brief)
    script = stage.folder / "script.txt"
    script.write_text(stage.type("case", "script"), encoding="utf-8")
    stage.tell(f"One page for the manager: {brief}")
    stage.tell(f"The conversation, with answers to likely objections: {script}")


def plan_days(stage: Stage) -> None:
    """Plan, accept, and protect."""
    stage.before = stage.life.entries()
    plan = stage.json("plan", "--weeks", "1", "--html", stage.folder / "plan.html")
    stage.type("plan", "accept")
    days = [date.fromisoformat(one["date"]) for one in plan["days"]]
    if not days:
        raise DeepdayError("The plan has no day.", f"See {stage.folder / 'transcript.txt'}")
    stage.tell(f"Deep-work days: {', '.join(f'{day:%A %d %B}' for day in days)}.")
    before = stage.json("diff")
    stage.type("apply", "--yes")
    writes = [one for one in before["changes"] if one["writes"]]
    stage.tell(f"Who covers: {', '.join(sorted({one['point_person'] or 'nobody' for one in plan['days']}))}.")
    stage.tell(f"{len(writes)} changes shown before anything was written, then made.")
    stage.day = min(days)


def live_day(stage: Stage) -> None:
    """Live through a deep-work day: an urgent request, a status set by hand, a killed process, a request meanwhile."""
    life, day = stage.life, stage.day
    life.set_status(*_OWN)
    stage.turn(at(day, 9, 5))
    with stage.service() as process:
        stage.until(lambda: "Deep work" in life.status(), "the status says deep work")
        stage.tell(f"09:05 deepday serve begins the day; the status: {life.status()}")
        _ask(stage, ASKER, "Run 118 diverged and the demo is at noon. Can you look?", "urgent")
        life.heard(POINT, "Run 118")
        life.press(POINT, "take")
        stage.tell(
            f"09:05 an urgent request goes to Tarek, who takes it. Its sender reads: {life.heard(ASKER, 'has it')}"
        )
        life.set_status(*_BY_HAND)
        process.kill()
    life.write_app(OTHER, "Which checkpoint is in staging? It can wait.")
    stage.tell("      She sets another status by hand; the process is killed; somebody else writes meanwhile.")
    stage.turn(at(day, 13, 0))
    with stage.service():
        life.heard(OTHER, "deep work")
        life.press(OTHER, "wait")
        stage.tell(
            f"13:00 deepday serve is started again, finds what was written, and leaves her status: {life.status()}"
        )
    stage.turn(at(day, 18, 5))
    with stage.service():
        stage.tell(f"18:05 the day is over. She reads: {life.heard(ME, 'wait').splitlines()[0]}")
        life.press(ME, "answered")
        stage.until(lambda: _proof(stage, day)["open"] == 0, "every request has its end")
    proof = _proof(stage, day)
    ended = sum(proof["ended"].values())
    stage.tell(f"Requests: {proof['received']} received = {ended} ended + {proof['open']} open; the history is whole.")


def restore_all(stage: Stage) -> None:
    """Take everything back, and look a second time."""
    stage.type("restore", "--all", "--yes")
    same = stage.life.entries() == stage.before
    stage.tell(f"{'Her calendar is as it was' if same else 'Her calendar DIFFERS'}; the status: {stage.life.status()}")
    stage.tell(stage.type("audit", "verify").strip())


def _ask(stage: Stage, who: str, text: str, answer: str) -> None:
    stage.life.write_app(who, text)
    stage.life.heard(who, "deep work")
    stage.life.press(who, answer)


def _proof(stage: Stage, day: date) -> Any:
    return stage.json("urgent", "verify", "--from", day, "--to", day)


def at(day: date, hour: int, minute: int) -> datetime:
    """Return an instant of the owner's day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def _headline(printed: str) -> str:
    """Return the first paragraph of a report."""
    return " ".join(printed.strip().split("\n\n")[0].split())
