"""The page about what each connector does and keeps to, made from the scorecards beside the code.

``python -m tests.repo.scorecards`` rewrites ``docs/connectors.md``; a test compares.
"""

import tomllib
from pathlib import Path
from typing import Any

from deepday.connect import Port

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "connectors.md"
RULES = {
    "contract_suites": "Contract suites",
    "fault_matrix": "Fault matrix",
    "idempotent_creates": "Creates with an id of ours",
    "conditional_writes": "Writes with an etag",
    "no_write_retries": "No write is repeated by a library",
    "cursors": "Cursors",
    "request_budget": "Requests",
    "least_scopes": "Least scopes",
    "base_url": "Base address configurable",
    "sign_in": "Ways to sign in",
    "secrets_stay_inside": "Secrets, texts and titles stay inside",
    "known_limits": "Known limits",
}
STATUSES = {"done", "todo", "exempt"}
_HEAD = """# Connectors

What each connector can do, and which rules it keeps to. Made from `connectors/deepday_*/quality.toml` by `make docs`.
Nothing here was tried against the live vendors: the ground is the sandbox office, a real Radicale server, and the
vendors' published schemas.
"""


def scorecards() -> dict[str, dict[str, Any]]:
    """Return the scorecards by the connector's name."""
    found = sorted((ROOT / "connectors").glob("deepday_*/quality.toml"))
    return {path.parent.name.removeprefix("deepday_"): tomllib.loads(path.read_text("utf-8")) for path in found}


def page() -> str:
    """Return the page."""
    cards = scorecards()
    lines = [_HEAD, f"| | {' | '.join(card['title'] for card in cards.values())} |", "|---" * (len(cards) + 1) + "|"]
    for port in Port:
        marks = ("yes" if port.value in card["ports"] else "" for card in cards.values())
        lines.append(f"| {port.value} | {' | '.join(marks)} |")
    for name, card in cards.items():
        lines += ["", f"## {card['title']}", "", f"Guide: [connect-{name}.md](connect-{name}.md)", ""]
        lines += ["| rule | | |", "|---|---|---|"]
        own = {key: key.replace("_", " ").capitalize() for key in card["rules"] if key not in RULES}
        for key, title in {**RULES, **own}.items():
            rule = card["rules"][key]
            note = " ".join(rule["note"].split()).replace("|", "\\|")
            lines.append(f"| {title} | {rule['status']} | {note} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
