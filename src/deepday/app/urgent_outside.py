"""Messages about requests that go outside chat: by the second channel, and as answers to mails."""

import re
from collections.abc import Sequence

from deepday.app.urgent_desk import Desk
from deepday.errors import UnsupportedError
from deepday.model import OutgoingMessage, Request
from deepday.route.answers import how_to_answer
from deepday.route.items import URGENT, Channel
from deepday.route.phrases import say
from deepday.store.outbox import OutboxRow

_FROM = re.compile(r"^From ", re.MULTILINE)
"""What mail servers put a ">" before at the beginning of a line (RFC 4155)."""

_PERSON = re.compile(r"\{@([^}]+)\}")


def outside_chat(row: OutboxRow) -> bool:
    """Tell whether a message goes to an address, not to somebody's id in chat."""
    return row.channel == Channel.SECOND.value or "@" in row.to


def send_outside(desk: Desk, row: OutboxRow, made: OutgoingMessage, about: Sequence[Request]) -> str:
    """Send a message to an address, and return what proves it. Raises as the second channel does."""
    names = {one.chat: one.name for request in about for one in request.chain if one.chat}
    text = _PERSON.sub(lambda found: names.get(found[1], found[1]), made.text)
    text = _FROM.sub("- From ", text)
    if desk.letters is not None and desk.letters.takes_answers():
        text += how_to_answer(made, desk.policy.language)
    if row.thread or desk.second is None or not desk.second.reaches(row.to):
        if desk.letters is None:
            raise UnsupportedError("There is no way to an address: no mail server is set.")
        return desk.letters.answer(row.to, row.thread, text, row.id, about[0].id)
    kind = "mail urgent" if row.kind in URGENT else "mail request" if row.request else "mail digest"
    subject = say(desk.policy.language, kind, id=row.request)
    key = row.id if row.request or len(about) > 1 else f"{about[0].id}/{row.id}"  # an answer is to find the request
    return desk.second.send(row.to, subject, text, key)
