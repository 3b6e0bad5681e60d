"""Urgent: what came in while you were in deep work, who has it, how it ended, and answers to it."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from deepday.app import urgent_commands
from deepday.app.accounts import opened_accounts
from deepday.app.urgent_asking import Asked, asked_so_far, question
from deepday.app.urgent_commands import LONGEST_REPLY, Listed, Shown
from deepday.app.urgent_preview import previews
from deepday.config.load import load_settings
from deepday.errors import InputError, NotEnoughDataError
from deepday.model import AnswerState, Door, Request, RequestState
from deepday.report.protect_view import moment
from deepday.report.urgent_view import age, message_lines, overrides_lines, proof_lines, times_words
from deepday.report.words import counted, day_name
from deepday.web.pages.case_keep import back_to
from deepday.web.tasks import Said, Task, done
from deepday.web.visit import Page, Visit

_WAITS = {RequestState.ASKED, RequestState.WAITING, RequestState.SHOWN}
_SHOWN_ENDED = 100
_TEST_SECONDS = 60
_DOORS = {
    Door.DIRECT: "Direct message",
    Door.MENTION: "Mention",
    Door.COMMAND: "/urgent",
    Door.SHORTCUT: "Shortcut of a message",
    Door.MAIL: "Mail",
    Door.FORM: "Form",
    Door.ALERT: "Alert of a machine",
    Door.TEST: "Test",
    Door.UNPARSED: "Could not be read",
}


def _show(visit: Visit) -> Response:
    try:
        listed = urgent_commands.list_requests(everything=True, clock=visit.clock)
    except (NotEnoughDataError, InputError):
        return _first(visit)
    if not listed.requests:
        return _first(visit, listed)
    rows = [_row(one, listed) for one in reversed(listed.requests)]
    proof = urgent_commands.prove(visit.clock)
    ended = [one for one in rows if one["group"] == "ended"]
    most = len(ended) if visit.asked("ended") == "all" else _SHOWN_ENDED
    return visit.show(
        "urgent.html",
        "Urgent",
        headline=_headline(rows),
        routed=[one for one in rows if one["group"] == "routed"][::-1],
        waiting=[one for one in rows if one["group"] == "waiting"][::-1],
        lost=[one for one in rows if one["group"] == "lost"],
        ended=ended[:most],
        more=max(0, len(ended) - most),
        holds=proof.holds,
        proof=proof_lines(proof),
        times=times_words(listed.times),
        **_about(listed),
    )


def _about(listed: Listed) -> dict[str, Any]:
    weeks = list(listed.overrides.weeks.items())
    return {
        "covered": listed.covered,
        "skipped": listed.skipped,
        "load": [(name, week.isoformat(), count) for name, week, count in listed.load],
        "overrides": [line.strip() for line in overrides_lines(weeks, listed.overrides.budget)],
        "today": datetime.fromtimestamp(listed.now, UTC).astimezone(ZoneInfo(listed.zone)).date().isoformat(),
    }


def _headline(rows: list[dict[str, Any]]) -> str:
    groups = [one["group"] for one in rows]
    open_now = [
        (groups.count("lost"), "could not be delivered"),
        (groups.count("routed"), "being answered"),
        (groups.count("waiting"), "can wait"),
    ]
    said = [f"{count} {what}" for count, what in open_now if count]
    return f"{', '.join(said)}." if said else "No request is open."


def _row(one: Request, listed: Listed) -> dict[str, Any]:
    zone = ZoneInfo(listed.zone)
    return _view(one, listed.now, zone) | {"group": _group(one)}


def _group(one: Request) -> str:
    if one.state is RequestState.UNDELIVERABLE and not one.cleared:
        return "lost"
    if not one.open:
        return "ended"
    return "waiting" if one.state in _WAITS else "routed"


def _view(one: Request, now: int, zone: ZoneInfo) -> dict[str, Any]:
    """Return a request as a card shows it; what was asked is not part of it."""
    people = {who.slack_user: who.email for who in load_settings().urgent.people if who.slack_user}
    turn = f"{one.turn.name}, {one.turn.role}" if one.turn else ""
    return {
        "id": one.id,
        "door": _DOORS.get(one.door, str(one.door)),
        "sender": people.get(one.sender, one.sender),
        "state": str(one.state),
        "turn": turn,
        "at": moment(one.at, zone, now),
        "age": age((one.final_at or now) - one.at),
        "next": moment(one.deadline, zone, now) if one.open and one.deadline else "",
        "ended": moment(one.final_at, zone, now) if one.final_at else "",
        "evidence": one.evidence,
        "why": one.why,
        "topic": one.topic,
        "link": one.link if one.link.startswith("https://") else "",
        "waits": one.state in _WAITS,
        "open": one.open,
        "lost": _group(one) == "lost",
        "can_answer": one.open and bool(one.reply_to),
        "chain": [f"{who.name} ({who.role})" for who in one.chain],
        "level": one.level,
    }


def _first(visit: Visit, listed: Listed | None = None) -> Response:
    """Lead by the hand to where a request can come in; ``listed`` once there is a store."""
    settings = load_settings()
    with opened_accounts(visit.clock) as accounts:
        try:
            connected = sorted({one.provider for one in accounts.connected()})
        except NotEnoughDataError:
            connected = []
    return visit.show(
        "urgent_first.html",
        "Urgent",
        connected=connected,
        agreed=[one.email for one in settings.point_people if one.agreed],
        reachable=[one.email for one in settings.urgent.people if one.slack_user],
        known=bool(settings.me.email),
        **(_about(listed) if listed else {"covered": (), "skipped": (), "load": [], "overrides": [], "today": ""}),
    )


def _one(visit: Visit) -> Response:
    shown = urgent_commands.show_request(visit.part("request"), visit.clock)
    zone = ZoneInfo(load_settings().me.zone or "UTC")
    return visit.show(
        "request.html",
        f"Request {shown.request.id}",
        request=_view(shown.request, shown.now, zone),
        text=shown.text,
        rows=[asdict(row) | {"at": moment(row.at, zone, shown.now)} for row in shown.rows],
        messages=[
            {"kind": one.kind, "state": str(one.state), "problem": one.problem, "data": one.data.get("name", "")}
            for one in shown.messages
        ],
        longest=LONGEST_REPLY,
    )


def _told(visit: Visit, shown: Shown, words: str) -> Response:
    return visit.go("/urgent", done(f"Request {shown.request.id}: {words}"))


def _take(visit: Visit) -> Response:
    return _told(visit, urgent_commands.acknowledge(visit.text("request"), visit.clock), "you have it now.")


def _pass(visit: Visit) -> Response:
    shown = urgent_commands.pass_on(visit.text("request"), visit.clock)
    turn = shown.request.turn
    return _told(visit, shown, f"{turn.name} is asked next." if turn else f"{shown.request.state}.")


def _end(visit: Visit) -> Response:
    return _told(visit, urgent_commands.done(visit.text("request"), visit.clock), "done.")


def _snooze(visit: Visit) -> Response:
    return _told(visit, urgent_commands.snooze(visit.text("request"), visit.clock), "it is shown again later.")


def _reply(visit: Visit) -> Response:
    shown = urgent_commands.reply(visit.text("request"), visit.text("words"), visit.clock)
    return _told(visit, shown, "your answer was sent.")


def _test(visit: Visit) -> Response:
    """Send a test request the real way, and wait a minute for an answer."""
    clock = visit.clock

    def work(task: Task) -> tuple[Said, ...]:
        shown = urgent_commands.rehearse(_TEST_SECONDS, task.say, clock)
        if shown.request.open:
            return (
                Said("note", (f"Nobody answered within {counted(_TEST_SECONDS, 'second')}; it goes on by itself.",)),
            )
        kind = "trouble" if shown.request.state is RequestState.UNDELIVERABLE else "done"
        return (Said(kind, (f"The test ended: {shown.request.state}.",)),)

    return visit.begin("Testing the way to whoever covers", work)


def _cover(visit: Visit) -> Response:
    try:
        people = asked_so_far(visit.clock)
    except (NotEnoughDataError, InputError):
        people = [Asked(one.email.lower(), "") for one in load_settings().point_people]
    lines = [line.replace("[*", "[") for line in message_lines(question(visit.clock))]
    return visit.show("cover.html", "Ask somebody to cover", people=people, lines=lines)


def _ask(visit: Visit) -> Response:
    kept = urgent_commands.ask_consent(visit.text("email"), visit.clock)
    agreed = kept.state is AnswerState.AGREED
    said = "has agreed already; nothing was sent." if agreed else "was asked."
    return visit.go("/urgent/cover", done(f"{kept.point_person} {said}"))


def _consent(visit: Visit) -> Response:
    """Keep what somebody said in another way: that they cover, or that they opt out."""
    kept = urgent_commands.keep_consent(visit.text("email"), agreed=visit.text("agreed") == "yes", clock=visit.clock)
    return visit.go("/urgent/cover", done(f"{kept.point_person}: {kept.state}. It counts from now on."))


def _preview(visit: Visit) -> Response:
    """Show every message that people may get, about made-up requests."""
    shown = [(title, [line.replace("[*", "[") for line in message_lines(one)]) for title, one in previews(visit.clock)]
    return visit.show("urgent_preview.html", "Messages", messages=shown)


def _handover(visit: Visit) -> Response:
    when = visit.asked("date")
    note = urgent_commands.hand_over(when, visit.clock)
    return visit.show("handover.html", "Handover", day=day_name(date.fromisoformat(when)), note=note)


PAGE = Page(
    "/urgent",
    "Urgent",
    _show,
    views={
        "/urgent/cover": _cover,
        "/urgent/handover": _handover,
        "/urgent/preview": _preview,
        "/urgent/request/{request}": _one,
    },
    actions={
        "/urgent/take": _take,
        "/urgent/pass": _pass,
        "/urgent/done": _end,
        "/urgent/snooze": _snooze,
        "/urgent/reply": _reply,
        "/urgent/test": _test,
        "/urgent/ask": back_to("/urgent/cover", _ask),
        "/urgent/consent": back_to("/urgent/cover", _consent),
    },
)
