"""The note for the day before: what whoever covers must know. A template, filled with what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from deepday.model import Door, Request
from deepday.route.phrases import say

_QUESTIONS = ("reviews", "trainings", "books", "due", "wake")


@dataclass(frozen=True, slots=True)
class Block:
    """A block to be covered, in words: when, and who answers for what."""

    when: str
    point: str
    backup: str


def handover_note(
    owner: str,
    day: str,
    blocks: Sequence[Block],
    waiting: Sequence[str],
    topics: Mapping[str, Sequence[str]],
    language: str = "en",
) -> str:
    """Return the note as Markdown; what nobody can know stands there as a question to fill in.

    ``waiting``: requests that are open, one line each. ``topics``: who agreed to answer for what, by topic.
    """

    def the(name: str, **given: object) -> str:
        return say(language, f"handover{name and f' {name}'}", **given)

    lines = [the("", owner=owner, day=day), ""]
    if not blocks:
        lines += [the("nothing"), ""]
    for one in blocks:
        backup = the("backup", backup=one.backup) if one.backup else ""
        lines.append(the("block", when=one.when, point=one.point or the("nobody")) + backup)
    about = [the("topic", topic=topic, who=", ".join(names)) for topic, names in sorted(topics.items())]
    lines += ["", the("topics"), "", *(about or [the("no topics")])]
    lines += ["", the("how"), "", the("told", owner=owner), the("do", owner=owner)]
    lines += ["", the("open"), "", *(waiting or [the("none")]), ""]
    for one_asked in _QUESTIONS:
        lines += [f"## {the(one_asked)}", "", f"- ( ) {the(f'{one_asked}?')}", ""]
    return "\n".join(lines)


def open_line(request: Request, owner: str, names: Mapping[str, str], zone: ZoneInfo, language: str = "en") -> str:
    """Return a line about a request that is open, in words. ``names`` of people, by the vendor's id."""
    who = names.get(request.sender, request.sender if "@" in request.sender else "")
    told = say(language, "from", who=who) if who and request.door is not Door.ALERT else ""
    since = datetime.fromtimestamp(request.at, UTC).astimezone(zone)
    turn = request.turn.name if request.turn else say(language, "somebody")
    return say(
        language,
        "handover row",
        id=request.id,
        sender=f"{told} {say(language, f'by {request.door.name.lower()}')}".strip(),
        since=f"{since:%Y-%m-%d %H:%M}",
        state=say(language, f"open {request.state.name.lower()}", owner=owner, who=turn),
        topic=say(language, "handover about", topic=request.topic) if request.topic else "",
    )
