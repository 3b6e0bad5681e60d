"""Gmail's automatic reply."""

from collections.abc import Sequence
from typing import Final

from deepday.connect import Restoration, Restored, restoration
from deepday.model import AutoReply
from deepday_google.scopes import REPLIES
from deepday_google.session import Session
from deepday_google.vacation import reply_of, settings_of

_CONSUMERS: Final = ("@gmail.com", "@googlemail.com")


def is_consumer(account: str) -> bool:
    """Tell whether an address is a private one, of no organisation."""
    return account.casefold().endswith(_CONSUMERS)


class RepliesPart:
    """Satisfies :class:`deepday.connect.AutoReplyWriter`. Gmail has no versions: what is set is set."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def read_auto_reply(self) -> AutoReply:
        """Return the present value."""
        request = self.session.gmail().users().settings().getVacation(userId="me")
        return reply_of(self.session.ask(request, REPLIES), self.session.now())

    def set_auto_reply(self, value: AutoReply) -> AutoReply:
        """Write the whole value, and return it as Gmail settled it."""
        now = self.session.now()
        body = settings_of(value, now, organisation=not is_consumer(self.session.account))
        request = self.session.gmail().users().settings().updateVacation(userId="me", body=body)
        return reply_of(self.session.ask(request, REPLIES), now)

    def restore_auto_reply(self, written: Sequence[AutoReply], before: AutoReply) -> Restored[AutoReply]:
        """Write the baseline back if the value is still ours."""
        decided = restoration(self.read_auto_reply(), written, before, AutoReply(), self.session.now())
        if decided.done is not Restoration.RESTORED:
            return decided
        return Restored(decided.done, self.set_auto_reply(decided.value))
