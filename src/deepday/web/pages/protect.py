"""Protect: what is shown to colleagues now, what would change, and the decisions while a block is on."""

import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from deepday.app import protect_deciding
from deepday.app.protect_actions import apply, diff
from deepday.app.protect_past import history, verify
from deepday.app.protect_status import status
from deepday.app.protect_texts import texts
from deepday.config.load import load_settings
from deepday.errors import ConflictError, NotEnoughDataError
from deepday.report.history_view import history_json
from deepday.report.protect_terminal import cover, outcome_lines, readable
from deepday.report.protect_view import (
    Outcome,
    ShownChange,
    changes_print,
    kind_of,
    moment,
    span,
    value_words,
)
from deepday.web.pages import decline
from deepday.web.tasks import Said, Task
from deepday.web.visit import Page, Visit

_ROWS = 60
_HERE = {
    "Look with deepday diff, then run deepday apply.": "Look at what would change, then apply it.",
    "Run deepday apply.": "Look at what would change, then apply it.",
    "Run: deepday connect google, microsoft, slack or caldav": "See Connections.",
    "Run deepday adopt to take it over.": "If it does not come to that by itself: Protect from this machine, below.",
    "Run deepday plan, then deepday plan accept.": "See Plan.",
}
_MARK = re.compile(r"^(?:done|left) {2,}")  # what the terminal puts before a line, the page says by its colour


def _show(visit: Visit) -> Response:
    if not load_settings().me.email:
        return visit.show("protect_first.html", "Protect")
    found = status(visit.clock)
    zone = found.zone
    return visit.show(
        "protect.html",
        "Protect",
        notes=[_in_words_of_the_page(note) for note in found.notes],
        active=[(moment(when.end, zone, found.now), cover(block)) for block, when in found.active],
        ahead=[(span(when, zone), cover(block), block.start.date().isoformat()) for block, when in found.ahead],
        meetings=[(span(when, zone), one.title, one.start.date().isoformat()) for one, when in found.meetings],
        paused=moment(found.paused_until, zone, found.now) if found.paused_until else "",
        slots=[
            {
                "where": f"{one.service} {one.account}",
                "what": one.what,
                "value": value_words(one.value, zone) if one.value is not None else "not set",
                "before": value_words(one.before, zone),
                "phase": one.phase,
            }
            for one in found.slots
        ],
        trouble=[(readable(what), advice) for what, advice in found.trouble],
    )


def _in_words_of_the_page(note: str) -> str:
    """Return a note with what the page has buttons for in the place of commands."""
    for command, words in _HERE.items():
        note = note.replace(command, words)
    return note


def _changes(visit: Visit) -> Response:
    """Read the accounts, and show what would change; nothing is written."""
    found = diff(visit.clock)
    return visit.show(
        "changes.html",
        "Changes",
        changes=[_change(one, found.zone) for one in found.changes],
        refused=[_change(one, found.zone) for one in found.refused],
        later=[
            {
                "when": span(one.when, found.zone),
                "cover": cover(one.block),
                "settings": [
                    (f"{service} {account}", kind_of(value), value_words(value, found.zone))
                    for service, account, value in one.settings
                ],
            }
            for one in found.later
        ],
        unknown=found.unknown,
        limits=tuple(dict.fromkeys(found.limits)),
        notes=found.notes,
        seen=changes_print(found),
        nothing=found.empty and not found.later,
    )


def _change(one: ShownChange, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "where": f"{one.service} {one.account}",
        "what": one.what,
        "title": one.title,
        "action": one.action,
        "before": value_words(one.before, zone),
        "after": value_words(one.after, zone),
        "why": readable(one.why),
        "refused": one.refused,
    }


def _apply(visit: Visit) -> Response:
    seen, force = visit.text("seen"), visit.text("force") == "yes"
    clock = visit.clock

    def work(task: Task) -> tuple[Said, ...]:
        done = apply(lambda found: changes_print(found) == seen, task.tell, clock, force=force)
        if done is None:
            raise ConflictError(
                "The changes are others now than those you looked at.", "Look at them again, then apply."
            )
        return (_said(done),)

    return visit.begin("Making the changes", work)


def _said(done: Outcome) -> Said:
    lines = dict.fromkeys(_in_words_of_the_page(_MARK.sub("", line)) for line in outcome_lines(done))
    return Said("trouble" if done.left or done.refused else "done", tuple(lines))


def _pause(visit: Visit) -> Response:
    return visit.go("/protect", _said(protect_deciding.pause(_until(visit), _length(visit), visit.clock, _why(visit))))


def _resume(visit: Visit) -> Response:
    return visit.go("/protect", _said(protect_deciding.resume(visit.clock)))


def _extend(visit: Visit) -> Response:
    return visit.go("/protect", _said(protect_deciding.extend(_until(visit), _length(visit), visit.clock)))


def _end_early(visit: Visit) -> Response:
    return visit.go("/protect", _said(protect_deciding.end_early(visit.clock, _why(visit))))


def _until(visit: Visit) -> str | None:
    return visit.text("until") or None


def _length(visit: Visit) -> str | None:
    return visit.text("length") or None if not visit.text("until") else None


def _why(visit: Visit) -> str:
    return visit.text("why")[:200]


def _adopt(visit: Visit) -> Response:
    return visit.go("/protect", _said(protect_deciding.adopt(visit.clock)))


def _texts(visit: Visit) -> Response:
    """Show every text that colleagues may read, exactly as it will be shown."""
    return visit.show("protect_texts.html", "Texts", languages=texts(None, visit.clock))


def _agreed(_: Sequence[ShownChange], __: ZoneInfo) -> bool:
    return True


def _restore(visit: Visit) -> Response:
    done = protect_deciding.restore_days(visit.texts("date"), _agreed, visit.clock)
    return visit.go("/protect", *((_said(done),) if done else ()))


def _restore_all(visit: Visit) -> Response:
    clock = visit.clock

    def work(task: Task) -> tuple[Said, ...]:
        done = protect_deciding.restore_all(_agreed, task.tell, clock)
        return (_said(done),) if done else ()

    return visit.begin("Taking everything back", work)


def _history(visit: Visit) -> Response:
    """Show what was done, and, where that is asked for, whether every row of it is as it was written."""
    wanted = visit.asked("last")
    last = 0 if wanted == "all" else _ROWS
    checked = verify(visit.clock) if visit.asked("check") == "yes" else None
    try:
        found = history(last, visit.clock)
    except NotEnoughDataError:
        return visit.show("history.html", "History", rows=(), earlier=0, checked=checked)
    rows = history_json(found.rows, found.earlier, found.zone)["rows"]
    shown = [
        row | {"at": row["at"][:16].replace("T", " "), "subject": readable(row["subject"]), "why": readable(row["why"])}
        for row in reversed(rows)
    ]
    return visit.show("history.html", "History", rows=shown, earlier=found.earlier, checked=checked)


PAGE = Page(
    "/protect",
    "Protect",
    _show,
    views={"/protect/changes": _changes, "/protect/history": _history, "/protect/texts": _texts, **decline.VIEWS},
    actions={
        "/protect/apply": _apply,
        "/protect/pause": _pause,
        "/protect/resume": _resume,
        "/protect/extend": _extend,
        "/protect/end-early": _end_early,
        "/protect/adopt": _adopt,
        "/protect/restore": _restore,
        "/protect/restore-all": _restore_all,
        **decline.ACTIONS,
    },
)
