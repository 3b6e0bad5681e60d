"""Requests as lines of text and as JSON: states, age, evidence. No text of anybody's unless it is asked for."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from deepday.measure.latency import kaplan_meier
from deepday.model import ENDS, OutgoingMessage, Override, Request, RequestProof, ResponseTime
from deepday.report.words import counted

_ENDS = {state.value for state in ENDS}


def age(seconds: int) -> str:
    """Return a length of time as people say it."""
    if seconds < 3600:
        return f"{max(0, seconds) // 60} min"
    if seconds < 172_800:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"
    return f"{seconds // 86_400} days"


def moment(at: int, zone: str) -> str:
    """Return an instant as rows of the history have it, on the clocks of the zone."""
    return f"{datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def iso(at: int, zone: str) -> str | None:
    """Return an instant as JSON has it, with its offset in the zone; ``None`` for 0, which is no instant."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).isoformat() if at else None


def line(request: Request, now: int, zone: str) -> str:
    """Return one request on a line."""
    at = datetime.fromtimestamp(request.at, UTC).astimezone(ZoneInfo(zone))
    turn = f", {request.turn.name}" if request.turn else ""
    since = f"{age((request.final_at or now) - request.at)}{' old' if request.open else ''}"
    return f"{request.id}  {at:%Y-%m-%d %H:%M}  {request.door:<9} {request.stage}{turn}  ({since})"


def request_json(request: Request, zone: str) -> dict[str, object]:
    """Return a request as JSON has it; its text is not part of it."""
    return {
        "id": request.id,
        "door": request.door.value,
        "at": iso(request.at, zone),
        "received_at": iso(request.received_at, zone),
        "state": request.state.value,
        "level": request.level,
        "turn": request.turn.name if request.turn else None,
        "topic": request.topic,
        "why": request.why,
        "deadline": iso(request.deadline, zone),
        "final_at": iso(request.final_at, zone),
        "evidence": request.evidence or None,
        "reopens": request.reopens or None,
        "chain": [{"role": one.role.value, "name": one.name} for one in request.chain],
    }


def median_seconds(times: Sequence[ResponseTime]) -> int | None:
    """Return the Kaplan-Meier median of the times, ``None`` where fewer than half were answered."""
    curve = kaplan_meier((one.seconds, one.answered) for one in times)
    return next((length for length, share in curve if 2 * share <= 1), None)


def times_words(times: Sequence[ResponseTime]) -> str:
    """Say how long urgent requests waited, and how many of them still do."""
    urgent = [one for one in times if one.urgent]
    if not urgent:
        return "No urgent request so far: nothing can be said about response times."
    answered, median = sum(one.answered for one in urgent), median_seconds(urgent)
    known = f"half of them within {age(median)}" if median is not None else "fewer than half were answered"
    return f"{counted(len(urgent), 'urgent request')}, {answered} answered: {known}."


def overrides_lines(weeks: Iterable[tuple[date, Sequence[Override]]], budget: int | None) -> list[str]:
    """Say how often deep work was broken, by whom and why."""
    lines = []
    for week, found in weeks:
        agreed = f" of {budget} agreed" if budget is not None else ""
        lines.append(f"Week of {week}: deep work was broken {len(found)} time{'' if len(found) == 1 else 's'}{agreed}.")
        lines += [f"  {one.kind}: {one.by}, {one.why}" for one in found]
    return lines


def proof_lines(proof: RequestProof) -> list[str]:
    """Return the proof that nothing was dropped, or what does not hold."""
    ended = ", ".join(f"{count} {state}" for state, count in sorted(proof.ended.items())) or "none"
    return [
        f"{proof.received} received, {proof.taken_up} taken up again.",
        f"{sum(proof.ended.values())} ended ({ended}), {proof.open} open.",
        *(f"FAIL {fault}" for fault in proof.faults),
        "Nothing was dropped, and the history is whole." if proof.holds else "This does not hold.",
    ]


def proof_json(proof: RequestProof) -> dict[str, object]:
    """Return the proof, for programs."""
    return {
        "received": proof.received,
        "taken_up_again": proof.taken_up,
        "ended": dict(proof.ended),
        "open": proof.open,
        "first_broken_row": proof.broken,
        "faults": list(proof.faults),
        "holds": proof.holds,
    }


def message_lines(message: OutgoingMessage) -> list[str]:
    """Return a message as lines: what stands there, where it leads, the buttons in brackets, the main one marked."""
    lines: list[str] = []
    for section in message.sections:
        lines += section.text.splitlines()
        lines += [f"({section.link})"] if section.link else []
        buttons = [f"[{'*' if one.main else ''}{one.label}]" for one in section.buttons]
        lines += [" ".join(buttons)] if buttons else []
    return lines
