"""Chat of the account in memory: activity by cursor, posts by key, urgent signals, hints."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from deepday.connect.memory.office import MemoryOffice, Said
from deepday.connect.memory.part import Part
from deepday.connect.ports.files import ReadContext
from deepday.errors import CursorGoneError, GoneError
from deepday.model import (
    ActivityPage,
    Conversation,
    Cursor,
    HeardActivity,
    Interval,
    Message,
    OutgoingMessage,
    PostedMessage,
    SignalPage,
    UrgentSignal,
    Watch,
)

LONGEST_WATCH = 7 * 86_400
"""Seconds for which the office sends hints at most."""

_LONGEST_SIGNAL = 500


class MessagesPart(Part):
    """Satisfies the ports of :mod:`deepday.connect.ports.messaging`, and reads and hears chat."""

    def __init__(self, office: MemoryOffice) -> None:
        super().__init__(office)
        self._line = -1
        self._gap_at = 0  # the connection whose beginning was not acknowledged, 0 for none

    def find_person(self, email: str) -> str:
        """Return an empty id: nobody here has one that differs from their address."""
        del email
        with self.call("find_person"):
            return ""

    def activity_changes(self, context: ReadContext, cursor: Cursor | None = None) -> ActivityPage:
        """Return one page of messages, in the order in which they were said."""
        with self.call("activity_changes"):
            position, reached = 0, context.window.start
            if cursor is not None:
                epoch, position, reached = (int(word) for word in cursor.text.split(" "))
                if epoch != self.office.chat_epoch:
                    raise CursorGoneError("The chat no longer knows the cursor.", "Everything is read again.")
            page = self.office.said[position : position + self.office.page_size]
            end = position + len(page)
            more = end < len(self.office.said)
            until = page[-1].micros // 1_000_000 if more else self.office.now()
            messages = tuple(_message(context, said) for said in page if _counts(context, said))
            observed = (Interval(reached, until),) if until > reached else ()
            following = Cursor(f"{self.office.chat_epoch} {end} {max(reached, until)}")
            return ActivityPage(messages, observed, following, more)

    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        """Give the gap, then what waits; nothing arrives while waiting, since nobody else runs."""
        del seconds
        with self.call("heard_activity"):
            if self._line != self.office.line:
                self._line = self._gap_at = self.office.open_line()
        if self._gap_at:
            yield HeardActivity(f"gap{self._gap_at}", gap=True)
        for name, (said, deleted) in list(self.office.undelivered.items()):
            if not _counts(context, said):
                self.office.undelivered.pop(name)
            elif deleted:
                yield HeardActivity(name, removals=((_message(context, said).conversation, said.micros),))
            else:
                yield HeardActivity(name, (_message(context, said),))

    def acknowledge_activity(self, heard: HeardActivity) -> None:
        """Take it as done with."""
        with self.call("acknowledge_activity"):
            self.office.undelivered.pop(heard.id, None)
            if heard.id == f"gap{self._gap_at}":
                self._gap_at = 0

    def post_message(self, message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        """Post the message, once for a key."""
        with self.call("post_message"):
            found = self.office.posts.get(message.key)
            if found and again:
                return found[1]
            number = len(self.office.posts) + 1
            posted = PostedMessage(message.key, f"message{number}", message.to, self.office.now())
            self.office.posts[message.key if not found else f"{message.key}#{number}"] = (message, posted)
            return posted

    def find_message(self, to: str, key: str) -> PostedMessage | None:
        """Return our message with that key."""
        with self.call("find_message"):
            found = self.office.posts.get(key)
            return found[1] if found and found[1].to == to else None

    def signals(self, seconds: float) -> Iterator[UrgentSignal]:
        """Give the signals that are there; nothing arrives while waiting, since nobody else runs."""
        del seconds
        for name, signal in list(self.office.waiting.items()):
            with self.call("signals"):
                given = replace(signal, attempt=signal.attempt + 1, text=signal.text[:_LONGEST_SIGNAL])
                self.office.waiting[name] = replace(signal, attempt=given.attempt)
            yield given

    def acknowledge(self, signal: UrgentSignal) -> None:
        """Tell the office that the signal is kept."""
        with self.call("acknowledge"):
            self.office.waiting.pop(signal.id, None)

    def owner_id(self) -> str:
        """Return the owner's name in this office."""
        return "owner"

    def watched_conversations(self) -> Sequence[str]:
        """Return the conversations that somebody asked in."""
        with self.call("watched_conversations"):
            return sorted({signal.conversation for signal in self.office.asked_for})

    def signals_since(self, conversation: str, since: int, more: str = "") -> SignalPage:
        """Return a page of what was asked in a conversation, the newest first."""
        with self.call("signals_since"):
            position = int(more or 0)
            found = [one for one in self.office.asked_for if one.conversation == conversation and one.at >= since]
            page = found[::-1][position : position + self.office.page_size]
            following = position + len(page)
            cut = tuple(replace(one, text=one.text[:_LONGEST_SIGNAL]) for one in page)
            return SignalPage(cut, str(following) if following < len(found) else "")

    def signal_again(self, conversation: str, signal: str) -> UrgentSignal | None:
        """Return what was asked."""
        with self.call("signal_again"):
            found = (one for one in self.office.asked_for if (one.conversation, one.id) == (conversation, signal))
            return next(found, None)

    def watch_calendar(self, watch: Watch) -> Watch:
        """Order hints."""
        with self.call("watch_calendar"):
            return self._grant(replace(watch, vendor_id=f"vendor-{watch.id}"), watch.until)

    def renew_watch(self, watch: Watch, until: int) -> Watch:
        """Prolong it."""
        with self.call("renew_watch"):
            kept = self.office.watches.get(watch.id)
            if kept is None or kept.until <= self.office.now():
                raise GoneError("The calendar no longer sends hints.", "They are ordered anew.")
            return self._grant(kept, until)

    def stop_watch(self, watch: Watch) -> None:
        """Stop it."""
        with self.call("stop_watch"):
            self.office.watches.pop(watch.id, None)

    def hinted(self, headers: Mapping[str, str], body: bytes, watches: Sequence[Watch]) -> frozenset[str]:
        """Return the calendars that a delivered hint names."""
        del body
        secret = headers.get("X-Secret", "").encode("utf-8")
        return frozenset(
            watch.calendar
            for watch in watches
            if watch.id == headers.get("X-Watch") and hmac.compare_digest(secret, watch.secret.reveal().encode("utf-8"))
        )

    def _grant(self, watch: Watch, until: int) -> Watch:
        granted = replace(watch, until=min(until, self.office.now() + LONGEST_WATCH))
        self.office.watches[watch.id] = granted
        return granted


def _message(context: ReadContext, said: Said) -> Message:
    conversation = Conversation(context.pseudonym(said.conversation), said.kind)
    return Message(said.micros, said.outgoing, said.mention, conversation)


def _counts(context: ReadContext, said: Said) -> bool:
    return not (said.by_bot or said.deleted) and context.window.start <= said.micros // 1_000_000 < context.window.end
