"""Urgent requests by mail: a folder is read now and then, each mail is kept once, and how far is kept with it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from deepday.app.mailbox import Mailbox, opened_mailbox
from deepday.app.second_channel import SecondWays
from deepday.app.urgent import OVERLAP, UrgentDesk
from deepday.config.mailbox_settings import MailboxSettings
from deepday.model import Door, Request, UrgentSignal
from deepday.route.answers import action_in
from deepday.route.buttons import button
from deepday.route.letters import Letter, Writer, may_ask, read_letter
from deepday.store.urgent import Watermark

SOURCE = "mail"
LAST_LOOK = ""
"""Among the watermarks: when the folder was looked into last, in UTC seconds."""

MOST = 50
"""Mails that are read at one look; the rest is read at the next."""

_LOOKED = OVERLAP // 2
"""Seconds after which it is kept again when the last look was; less than what is read twice."""

_ALERTS = {Writer.MACHINE: "mail", Writer.LIST: "mailing-list"}


@dataclass(frozen=True, slots=True)
class MailDoor:
    """Reads the folder for one desk. ``ways``: what recognises answers to mails of ours, where mail is sent at all."""

    desk: UrgentDesk
    settings: MailboxSettings
    ways: SecondWays | None = None
    opened: Callable[[MailboxSettings], AbstractContextManager[Mailbox]] = opened_mailbox

    def poll(self) -> int:
        """Keep the mails that came in since the last look, and return how many requests and answers were new.

        At the very first look nothing is taken: what came in before is not ours to answer. Where the server numbers
        its mails anew, those that came in since the last look are read again; known ones are known by their
        Message-ID. Raises as :func:`~deepday.app.mailbox.opened_mailbox` does, and what the store does: what was kept
        until then stays kept.
        """
        desk, began = self.desk, self.desk.now()
        marks = desk.store.watermarks(desk.person, SOURCE)
        last = marks.get(LAST_LOOK)
        new = 0
        with self.opened(self.settings) as box:
            place = f"{self.settings.user}@{self.settings.host}/{self.settings.folder} {box.validity}"
            if last is None:
                desk.receive(source=SOURCE, watermark=Watermark(place, box.next - 1))
            else:
                known = place in marks
                numbers = box.after(marks[place]) if known else box.since(last - OVERLAP)
                for number in numbers[:MOST]:
                    signals = self._read(box, number)
                    new += sum(desk.receive(*signals, source=SOURCE, watermark=Watermark(place, number)))
                if len(numbers) > MOST:
                    return new
                if not known:
                    desk.receive(source=SOURCE, watermark=Watermark(place, box.next - 1))
        if last is None or not 0 <= began - last < _LOOKED:
            desk.receive(source=SOURCE, watermark=Watermark(LAST_LOOK, began))
        return new

    def signal_again(self, conversation: str, signal: str) -> UrgentSignal | None:
        """Return a mail again, by its Message-ID; ``None`` when it is gone."""
        del conversation
        with self.opened(self.settings) as box:
            for number in box.with_id(signal):
                found = next((one for one in self._read(box, number) if one.id == signal), None)
                if found is not None:
                    return found
        return None

    def _read(self, box: Mailbox, number: int) -> list[UrgentSignal]:
        row = box.read(number)
        return list(self._signals(read_letter(row[1]), row[0])) if row is not None else []

    def _signals(self, letter: Letter, at: int) -> Iterator[UrgentSignal]:
        """Yield what a mail says to us: nothing, a request, or an answer to a mail of ours."""
        alias = self.settings.alias.lower()
        if letter.writer is Writer.RETURNED or (self.ways is not None and self.ways.is_ours(letter.id)):
            return
        answered = self._answered(letter)
        if answered is not None:
            action, by = self._answer(letter, answered)
            if action:
                value = button(self.desk.secret, action, answered.id).value
                yield UrgentSignal(letter.id, at, by, "", door=Door.PRESS, action=action, subject=value)
                return
        if (alias and alias not in letter.to and answered is None) or not may_ask(letter.sender, self.settings.senders):
            return
        alert = _ALERTS.get(letter.writer, "")
        thread = answered.thread if answered is not None and answered.sender == letter.sender else letter.root
        yield UrgentSignal(
            letter.id,
            at,
            letter.sender,
            letter.sender or "mail",
            letter.text,
            door=Door.ALERT if alert else Door.MAIL,
            thread=thread,
            alert=alert,
        )

    def _answered(self, letter: Letter) -> Request | None:
        """Return the request that a mail of ours was about, which this one answers."""
        if self.ways is None or not letter.sender:
            return None
        found = (self.ways.request_of(one, letter.sender) for one in letter.answers)
        return next((self.desk.store.request(one) for one in found if one), None)

    def _answer(self, letter: Letter, request: Request) -> tuple[str, str]:
        """Return which button an answer stands for, and who presses it; an empty action for plain words of the sender.

        Whoever was asked and does not write one of the words cannot be understood: the next one is asked.
        """
        action = action_in(letter.first)
        names = {letter.sender, *self._names(letter.sender)}
        if request.sender in names and action in {"", "urgent", "wait"}:
            return action, request.sender
        for one in request.chain:
            if {one.name.lower(), one.chat.lower()} & names and one.chat:
                owner = one.role.value == "owner"
                return action or ("" if owner else "pass"), one.chat
        return action, letter.sender

    def _names(self, address: str) -> list[str]:
        people = self.ways.people if self.ways is not None else {}
        return [name for name, reach in people.items() if reach.mail.lower() == address]
