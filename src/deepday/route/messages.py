"""The messages that people see: words, buttons, and a text for where buttons cannot be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from deepday.model import ChainRole, Door, OutgoingMessage, Request, RequestState, Section, Verdict
from deepday.route.buttons import button
from deepday.route.items import Item, Kind

_DOORS = {
    Door.DIRECT: "by direct message",
    Door.MENTION: "in a mention",
    Door.COMMAND: "by /urgent",
    Door.SHORTCUT: "by the shortcut of a message",
    Door.MAIL: "by mail",
    Door.FORM: "by the form",
    Door.ALERT: "from an alert",
    Door.TEST: "as a test: nothing has happened",
    Door.UNPARSED: "by a way that could not be read",
}
_OPT_OUT = "Asked too often? You can stop at any time."
_INFORMED = {
    "taken": "{who} has it. Nothing is left to do.",
    "withdrawn": "The sender took it back. Nothing is left to do.",
    "answered": "{owner} has answered it. Nothing is left to do.",
    "waits": "The sender says that it can wait. Nothing is left to do.",
    "undeliverable": "Nobody took it. The sender was told so.",
    "changed": "The sender changed or added something.",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What the words need besides the request: the owner's name, their zone, the installation's ``secret``.

    ``texts``: what was asked, by request, of those whose text is kept. ``form``: the address of the form, if any.
    ``answer``: how many seconds whoever covers has to answer.
    """

    owner: str
    zone: ZoneInfo
    secret: bytes
    now: int
    texts: dict[str, str]
    form: str = ""
    answer: int = 300

    def clock(self, at: int) -> str:
        """Return a time as people read it, with the day where it is another one."""
        local, today = (datetime.fromtimestamp(one, UTC).astimezone(self.zone) for one in (at, self.now))
        return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%a %d %b, %H:%M}"

    def zoned(self, at: int) -> str:
        """Return the same with the name of the zone."""
        return f"{self.clock(at)} ({self.zone.key})"


def person(chat: str, nobody: str = "somebody") -> str:
    """Return how somebody is named in a text, by the vendor's id."""
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
    return OutgoingMessage(item.id, item.to, spoken, item.thread, tuple(sections))


def _reply(item: Item, request: Request, words: Setting) -> list[Section]:
    first = request.chain[0] if request.chain else None
    covers = first is not None and first.role is not ChainRole.OWNER
    who = person(first.chat) if first else words.owner
    lines = [f"You wrote to {words.owner}."] if _in_person(item, request) else []
    lines += [f"{words.owner} is in deep work until {words.zoned(request.until)}."] if request.until > words.now else []
    if request.verdict is Verdict.URGENT:
        lines.append(f"{who if covers else words.owner} is told now. Request {request.id}.")
        buttons = [button(words.secret, "wait", request.id)]
    else:
        lines += [f"{who} covers."] if covers else []
        shown = f"at {words.clock(request.deadline)}" if request.deadline > words.now else "now"
        lines.append(f"If it can wait, nothing is to be done: {words.owner} is shown it {shown}. Request {request.id}.")
        wait = f"It can wait until {words.clock(request.deadline)}" if request.deadline > words.now else ""
        buttons = [
            button(words.secret, "urgent", request.id, main=True),
            button(words.secret, "wait", request.id, wait),
        ]
    link = request.link if _in_person(item, request) else ""
    return [Section(" ".join(lines), tuple(buttons), words.form or link)]


def _in_person(item: Item, request: Request) -> bool:
    """Tell whether the answer is given elsewhere than where it was asked."""
    return request.door in {Door.DIRECT, Door.MENTION} and item.to != request.conversation


def _ask(item: Item, request: Request, words: Setting) -> list[Section]:
    turn = next((one for one in request.chain if item.to in {one.chat, one.name}), None)
    role = turn.role if turn else ChainRole.BACKUP
    head = f"Urgent for {words.owner}, {_from(request)}, since {words.zoned(request.at)}. Request {request.id}."
    why = f"You are {words.owner}'s {role}{_until(request, words)}. Told because: {request.why}."
    buttons = (
        button(words.secret, "take", request.id, main=True),
        button(words.secret, "pass", request.id),
        button(words.secret, "not_urgent", request.id),
        button(words.secret, "wake", request.id, f"Wake {words.owner}"),
    )
    out = (button(words.secret, "opt_out", request.id),)
    return [Section(head, link=request.link), *_quoted(request, words), Section(why, buttons), Section(_OPT_OUT, out)]


def _wake(item: Item, request: Request, words: Setting) -> list[Section]:
    del item
    told = [person(one.chat) for one in request.chain[: request.level] if one.role is not ChainRole.OWNER]
    head = f"Urgent, {_from(request)}, since {words.zoned(request.at)}. Request {request.id}."
    before = f"Told before you: {', '.join(told)}." if told else "Nobody else could be told."
    buttons = (button(words.secret, "answered", request.id, main=True),)
    return [Section(head, link=request.link), *_quoted(request, words), Section(before, buttons)]


def _taken(item: Item, request: Request, words: Setting) -> list[Section]:
    if item.data.get("how") == "woken":
        return [Section(f"{words.owner} was told. Request {request.id}.")]
    return [Section(f"{person(item.data.get('by', ''))} has it. Request {request.id}.")]


def _declined(item: Item, request: Request, words: Setting) -> list[Section]:
    text = (
        f"{person(item.data.get('by', ''))} thinks that this can wait: {words.owner} is shown it later. If it cannot, "
        f"say so. Request {request.id}."
    )
    return [Section(text, (button(words.secret, "urgent", request.id),))]


def _inform(item: Item, request: Request, words: Setting) -> list[Section]:
    what = item.data.get("what", "")
    words_ = _INFORMED[what].format(who=person(item.data.get("by", ""), "Somebody"), owner=words.owner)
    text = f"Request {request.id} for {words.owner}. {words_}"
    out = (button(words.secret, "opt_out", request.id),) if item.data.get("name") else ()
    return [Section(text, out, request.link), *(_quoted(request, words) if what == "changed" else [])]


def _announce(item: Item, request: Request, words: Setting) -> list[Section]:
    del item
    text = (
        f"Nobody could be reached about this. {words.owner} is shown it; please try another way. Request {request.id}."
    )
    return [Section(text)]


def _noted(item: Item, request: Request, words: Setting) -> list[Section]:
    owner, at = words.owner, int(item.data.get("at") or 0)
    who = person(item.data.get("who", ""), "Nobody")
    shown = f"at {words.clock(at)}" if at > words.now else "now"
    said = {
        "urgent": f"{who} is told now.",
        "wait": f"{owner} is shown it {shown}.",
        "take": f"It is yours, and its sender is told so. Should {owner} be needed after all, write to them.",
        "pass": f"{who} is told now.",
        "not_urgent": f"Its sender is told that it can wait; {owner} is shown it later.",
        "wake": f"{owner} is told now.",
        "answered": "Noted as answered.",
        "snooze": f"It is shown again {shown}.",
    }
    return [Section(f"Request {request.id}: {said.get(item.data.get('action', ''), 'noted.')}")]


def _refused(item: Item, request: Request, words: Setting) -> list[Section]:
    del words
    why = "has ended already" if item.data.get("why") == "ended" else "is not yours to answer"
    return [Section(f"Request {request.id} {why}. Nothing was changed.")]


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
    agree = button(words.secret, "opt_in", item.request, main=True)
    out = button(words.secret, "opt_out", item.request)
    match item.data.get("what"):
        case "agreed":
            text = f"You answer for {words.owner} from now on, when it is your turn. This ends it at any time:"
            return [Section(text, (out,))]
        case "declined":
            again = button(words.secret, "opt_in", item.request, "Ask me again")
            return [Section(f"You are not asked for {words.owner} any more. Should that change:", (again,))]
    minutes = "a minute" if words.answer <= 60 else f"{words.answer // 60} minutes"
    text = (
        f"{words.owner} works some hours without interruptions, and asks whether you would answer for what cannot wait "
        "then."
    )
    how = (
        "What you would get: a message here, from whom it is, since when, and what. You take it, pass it on, say that "
        f"it is not urgent, or wake {words.owner}. Without an answer in {minutes} the next one is asked. You "
        "are not asked outside your working hours, on leave, or in deep work of your own, and how often you are asked "
        "each week is counted."
    )
    no = button(words.secret, "opt_out", item.request, "No")
    return [Section(text), Section(how, (agree, no))]


def _digest(about: Sequence[Request], words: Setting) -> list[Section]:
    """Return each request with a link, to be answered or put off from here."""
    count = f"{len(about)} requests" if len(about) > 1 else "One request"
    sections = [Section(f"{count} came in while you were in deep work.")]
    for one in about:
        what = "found not urgent" if one.state is RequestState.NOT_URGENT else "it can wait"
        came = _from(one)
        text = f"{came[:1].upper()}{came[1:]}, {words.zoned(one.at)}: {what}. Request {one.id}."
        buttons = (
            (button(words.secret, "answered", one.id, main=True), button(words.secret, "snooze", one.id))
            if one.open
            else ()
        )
        sections.append(Section(text, buttons, one.link))
    return sections


def _from(request: Request) -> str:
    who = f"from {person(request.sender)}" if request.sender and request.door is not Door.ALERT else ""
    return f"{who} {_DOORS[request.door]}".strip()


def _quoted(request: Request, words: Setting) -> list[Section]:
    text = words.texts.get(request.id, "").replace("{@", "{ @")
    return [Section("\n".join(f"> {line}" for line in text.splitlines()))] if text.strip() else []


def _until(request: Request, words: Setting) -> str:
    return f" until {words.clock(request.until)}" if request.until else ""
