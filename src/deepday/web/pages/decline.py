"""Declining of new invitations into deep-work days: what it would do, on and off. It is off until switched on."""

from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from deepday.app import declining
from deepday.config.load import load_settings
from deepday.errors import InputError, NotEnoughDataError
from deepday.reconcile.declining import Decision
from deepday.report.protect_view import moment
from deepday.web.pages.case_keep import back_to
from deepday.web.tasks import Said, Task, done
from deepday.web.visit import Visit

_SEEN = "decline"
_WEEKS = (4, 8, 13, 26)


def _show(visit: Visit) -> Response:
    try:
        since = declining.on_since(visit.clock)
    except (NotEnoughDataError, InputError):
        since = 0
    now = int(visit.clock.now().timestamp())
    zone = ZoneInfo(load_settings().me.zone or "UTC")
    shown = visit.session.kept.get(_SEEN)
    return visit.show(
        "decline.html",
        "Declining",
        since=moment(since, zone, now) if since else "",
        weeks=_WEEKS,
        found=_found(shown, now) if isinstance(shown, declining.Shown) else None,
    )


def _found(shown: declining.Shown, now: int) -> dict[str, Any]:
    found = shown.preview

    def row(one: Decision) -> tuple[str, str, str]:
        what = f"{one.invitation.title or '(no title)'}, {one.invitation.organiser}"
        return moment(one.invitation.when.start, shown.zone, now), what, one.why

    past = [("Would have been declined", found.past)] if found.blocks else []
    lists = [*past, ("Would be declined now", found.now), ("Kept", found.kept)]
    return {
        "lists": [(title, [row(one) for one in decisions]) for title, decisions in lists],
        "blocks": found.blocks,
        "answer": shown.answer,
        "unknown": found.unknown,
    }


def _preview(visit: Visit) -> Response:
    """Look into the calendars, and keep what was found for this session only."""
    text, clock, session = visit.text("weeks"), visit.clock, visit.session
    if text not in map(str, _WEEKS):
        raise InputError(f"{text[:20]!r} is none of the choices.", f"Choose one of: {', '.join(map(str, _WEEKS))}.")

    def work(_: Task) -> tuple[Said, ...]:
        session.kept[_SEEN] = declining.preview(int(text), clock)
        return (done("Looked at; nothing was answered. It is shown under Protect, Declining invitations."),)

    return visit.begin("Looking at invitations", work)


def _on(visit: Visit) -> Response:
    declining.switch_on(visit.clock)
    return visit.go("/protect/decline", done("New invitations into deep-work days are declined from now on."))


def _off(visit: Visit) -> Response:
    was = declining.switch_off(visit.clock)
    said = "Invitations are no longer declined." if was else "Invitations were not declined anyway."
    return visit.go("/protect/decline", done(said))


VIEWS = {"/protect/decline": _show}
ACTIONS = {
    "/protect/decline/preview": back_to("/protect/decline", _preview),
    "/protect/decline/on": back_to("/protect/decline", _on),
    "/protect/decline/off": back_to("/protect/decline", _off),
}
