"""The messages that people see: words, buttons, and a text for where buttons cannot be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from deepday.model import Button, ChainRole, Door, OutgoingMessage, Request, RequestState, Section, Verdict
from deepday.route.buttons import button
from deepday.route.items import Item, Kind
from deepday.route.phrases import reason, say


@dataclass(frozen=True, slots=True)
class Setting:
    """What the words need besides the request: the owner's name, their zone, the installation's ``secret``.

    ``texts``: what was asked, by request, of those whose text is kept. ``form``: the address of the form, if any.
    ``answer``: how many seconds whoever covers has to answer. ``language``: one of those of the phrases.
    """

    owner: str
    zone: ZoneInfo
    secret: bytes
    now: int
    texts: dict[str, str]
    form: str = ""
    answer: int = 300
    language: str = "en"

    def say(self, name: str, **given: object) -> str:
        """Return a phrase in the language."""
        return say(self.language, name, **given)

    def clock(self, at: int) -> str:
        """Return a time as people read it, with the day where it is another one."""
        local, today = (datetime.fromtimestamp(one, UTC).astimezone(self.zone) for one in (at, self.now))
        return local.strftime(self.say("clock" if local.date() == today.date() else "clock on another day"))

    def zoned(self, at: int) -> str:
        """Return the same with the name of the zone."""
        return f"{self.clock(at)} ({self.zone.key})"

    def shown(self, at: int) -> str:
        """Say when something is shown: at a time that is to come, else now."""
        return self.say("at", clock=self.clock(at)) if at > self.now else self.say("now")

    def button(self, action: str, request: str, label: str = "", *, main: bool = False) -> Button:
        """Return a button for a request; ``label``: where it is not the usual one."""
        return button(self.secret, action, request, label or self.say(f"button {action}"), main=main)


def person(chat: str, nobody: str = "") -> str:
    """Return how somebody is named in a text, by the vendor's id; ``nobody``: the word where there is none."""
    return f"{{@{chat}}}" if chat else nobody


def message(item: Item, about: Sequence[Request], words: Setting) -> OutgoingMessage:
    """Return the message. ``about``: the request of the item, or those of a digest."""
    if item.kind is Kind.DIGEST:
        sections = _digest(about, words)
    elif item.kind is Kind.CONSENT:
        sections = _consent(item, words)
    else:
        sections = _SECTIONS[item.kind](item, about[0], words)
    spoken = "\n".join(f"{one.text}{one.link and chr(10)}{one.link}" for one in sections)
    shown = tuple(replace(one, word=words.say("link")) for one in sections)
    return OutgoingMessage(item.id, item.to, spoken, item.thread, shown)


def _reply(item: Item, request: Request, words: Setting) -> list[Section]:
    first = request.chain[0] if request.chain else None
    covers = first is not None and first.role is not ChainRole.OWNER
    who = person(first.chat, words.say("somebody")) if first else words.owner
    owner, about = words.owner, request.id
    lines = [words.say("reply, in person", owner=owner)] if _in_person(item, request) else []
    if request.until > words.now:
        lines.append(words.say("reply, until", owner=owner, until=words.zoned(request.until)))
    if request.verdict is Verdict.URGENT:
        lines.append(words.say("reply, urgent", who=who if covers else owner, id=about))
        buttons = [words.button("wait", about)]
    else:
        lines += [words.say("reply, covers", who=who)] if covers else []
        lines.append(words.say("reply, can wait", owner=owner, when=words.shown(request.deadline), id=about))
        ahead = request.deadline > words.now
        wait = words.say("button wait until", clock=words.clock(request.deadline)) if ahead else ""
        buttons = [words.button("urgent", about, main=True), words.button("wait", about, wait)]
    link = request.link if _in_person(item, request) else ""
    return [Section(" ".join(lines), tuple(buttons), words.form or link)]


def _in_person(item: Item, request: Request) -> bool:
    """Tell whether the answer is given elsewhere than where it was asked."""
    return request.door in {Door.DIRECT, Door.MENTION} and item.to != request.conversation


def _ask(item: Item, request: Request, words: Setting) -> list[Section]:
    turn = next((one for one in request.chain if item.to in {one.chat, one.name}), None)
    role = words.say(f"role {turn.role if turn else ChainRole.BACKUP}")
    owner, about, since = words.owner, request.id, words.zoned(request.at)
    head = words.say("ask", owner=owner, sender=_from(request, words), since=since, id=about)
    until = words.say("until", clock=words.clock(request.until)) if request.until else ""
    why = words.say("ask, why", owner=owner, role=role, until=until, why=reason(words.language, request.why))
    buttons = (
        words.button("take", about, main=True),
        words.button("pass", about),
        words.button("not_urgent", about),
        words.button("wake", about, words.say("button wake somebody", owner=owner)),
    )
    out = Section(words.say("ask, opt out"), (words.button("opt_out", about),))
    return [Section(head, link=request.link), *_quoted(request, words), Section(why, buttons), out]


def _wake(item: Item, request: Request, words: Setting) -> list[Section]:
    del item
    nobody = words.say("somebody")
    told = [person(one.chat, nobody) for one in request.chain[: request.level] if one.role is not ChainRole.OWNER]
    head = words.say("wake", sender=_from(request, words), since=words.zoned(request.at), id=request.id)
    before = words.say("wake, told", told=", ".join(told)) if told else words.say("wake, nobody")
    buttons = (words.button("answered", request.id, main=True),)
    return [Section(head, link=request.link), *_quoted(request, words), Section(before, buttons)]


def _taken(item: Item, request: Request, words: Setting) -> list[Section]:
    if item.data.get("how") == "woken":
        return [Section(words.say("woken", owner=words.owner, id=request.id))]
    return [Section(words.say("taken", who=_by(item, words, "Somebody"), id=request.id))]


def _declined(item: Item, request: Request, words: Setting) -> list[Section]:
    text = words.say("declined", who=_by(item, words, "Somebody"), owner=words.owner, id=request.id)
    return [Section(text, (words.button("urgent", request.id),))]


def _inform(item: Item, request: Request, words: Setting) -> list[Section]:
    what = item.data.get("what", "")
    said = words.say(f"inform {what}", who=_by(item, words, "Somebody"), owner=words.owner)
    text = words.say("inform", id=request.id, owner=words.owner, what=said)
    out = (words.button("opt_out", request.id),) if item.data.get("name") else ()
    return [Section(text, out, request.link), *(_quoted(request, words) if what == "changed" else [])]


def _announce(item: Item, request: Request, words: Setting) -> list[Section]:
    del item
    return [Section(words.say("announce", owner=words.owner, id=request.id))]


def _noted(item: Item, request: Request, words: Setting) -> list[Section]:
    who, when = person(item.data.get("who", ""), words.say("Nobody")), words.shown(int(item.data.get("at") or 0))
    action = item.data.get("action", "")
    known = action in _PRESSES
    said = words.say(f"noted {action if known else 'else'}", who=who, owner=words.owner, when=when)
    return [Section(words.say("noted", id=request.id, what=said))]


def _refused(item: Item, request: Request, words: Setting) -> list[Section]:
    why = "ended" if item.data.get("why") == "ended" else "not yours"
    return [Section(words.say(f"refused {why}", id=request.id))]


_PRESSES = frozenset({"urgent", "wait", "take", "pass", "not_urgent", "wake", "answered", "snooze"})

_SECTIONS = {
    Kind.REPLY: _reply,
    Kind.ASK: _ask,
    Kind.WAKE: _wake,
    Kind.TAKEN: _taken,
    Kind.DECLINED: _declined,
    Kind.INFORM: _inform,
    Kind.ANNOUNCE: _announce,
    Kind.NOTED: _noted,
    Kind.REFUSED: _refused,
}


def _consent(item: Item, words: Setting) -> list[Section]:
    """Return the question to somebody who may cover, or a word that what they said is kept."""
    owner, about = words.owner, item.request
    match item.data.get("what"):
        case "agreed":
            return [Section(words.say("consent agreed", owner=owner), (words.button("opt_out", about),))]
        case "declined":
            again = words.button("opt_in", about, words.say("button opt_in again"))
            return [Section(words.say("consent declined", owner=owner), (again,))]
    minutes = words.say("a minute") if words.answer <= 60 else words.say("minutes", count=words.answer // 60)
    buttons = (words.button("opt_in", about, main=True), words.button("opt_out", about, words.say("button no")))
    how = words.say("consent how", owner=owner, minutes=minutes)
    return [Section(words.say("consent ask", owner=owner)), Section(how, buttons)]


def _digest(about: Sequence[Request], words: Setting) -> list[Section]:
    """Return each request with a link, to be answered or put off from here."""
    sections = [Section(words.say("digest many" if len(about) > 1 else "digest one", count=len(about)))]
    for one in about:
        what = words.say("digest not urgent" if one.state is RequestState.NOT_URGENT else "digest wait")
        came = _from(one, words)
        came = f"{came[:1].upper()}{came[1:]}"
        text = words.say("digest row", sender=came, since=words.zoned(one.at), what=what, id=one.id)
        buttons = (words.button("answered", one.id, main=True), words.button("snooze", one.id)) if one.open else ()
        sections.append(Section(text, buttons, one.link))
    return sections


def _by(item: Item, words: Setting, nobody: str) -> str:
    return person(item.data.get("by", ""), words.say(nobody))


def _from(request: Request, words: Setting) -> str:
    told = request.sender and request.door is not Door.ALERT
    who = words.say("from", who=person(request.sender)) if told else ""
    return f"{who} {words.say(f'by {request.door.name.lower()}')}".strip()


def _quoted(request: Request, words: Setting) -> list[Section]:
    text = words.texts.get(request.id, "").replace("{@", "{ @")
    return [Section("\n".join(f"> {line}" for line in text.splitlines()))] if text.strip() else []
