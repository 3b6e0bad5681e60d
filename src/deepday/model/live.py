"""What goes to and comes from a live account: calendars, cursors, drafts of events, messages, signals."""

from dataclasses import dataclass, field
from enum import StrEnum

from deepday.model.activity import Conversation, Message
from deepday.model.event import CalendarEvent, EventKind, ShowAs
from deepday.model.interval import Interval
from deepday.model.request import Door
from deepday.model.secret import Secret
from deepday.model.skipped import Skipped


@dataclass(frozen=True, slots=True)
class Calendar:
    """One calendar of an account.

    ``id`` is the vendor's, opaque. ``primary``: the one that colleagues' free/busy look-ups see. ``writable``: the
    owner may add events. ``zone``: IANA name, empty when the vendor does not say.
    """

    id: str
    name: str = ""
    primary: bool = False
    writable: bool = False
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a reading stopped, in the vendor's own opaque words (sync token, delta link, page token).

    Keep ``text`` as it is and hand it back to the connector that gave it. Vendors put addresses into it, so it is not
    shown.
    """

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EventUpsert:
    """One calendar object as it is now: **all** of its occurrences in the window.

    It replaces whatever was known under ``id`` (the vendor's): a single event brings one entry of ``events``, a
    series as many as the vendor counts under that id, an object that left the window none. ``etag``: its version.
    ``key`` and ``marker``: those of the :class:`EventDraft` where deepday made it, empty otherwise.
    """

    id: str
    events: tuple[CalendarEvent, ...]
    etag: str = ""
    key: str = ""
    marker: str = ""


@dataclass(frozen=True, slots=True)
class EventPage:
    """A part of what changed in a calendar.

    ``upserts``: objects that are new or different. ``removals``: ids of objects that are gone; unknown ones occur and
    mean nothing. ``cursor``: where to go on: at once when ``more``, otherwise at the next reading. ``skipped``: what
    could not be used.
    """

    upserts: tuple[EventUpsert, ...]
    removals: tuple[str, ...]
    cursor: Cursor
    more: bool = False
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """A part of the messages since a cursor.

    ``observed``: intervals that are complete with this page (and those before it): no message seen there means that
    there was none. The rest as in :class:`EventPage`.
    """

    messages: tuple[Message, ...]
    observed: tuple[Interval, ...]
    cursor: Cursor
    more: bool = False
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class HeardActivity:
    """What one delivery tells of chat as it happens.

    ``id`` is the same each time the vendor delivers the same. ``messages``: as they are now, edits applied.
    ``removals``: conversation and microseconds of messages that are no longer there, or no longer the owner's concern.
    ``gap``: no delivery, but the word that something may have been missed until now; nothing else is said then.
    ``proven_by_reading``: a reading of the time shows these messages too, unless they were deleted.
    """

    id: str
    messages: tuple[Message, ...] = ()
    removals: tuple[tuple[Conversation, int], ...] = ()
    gap: bool = False
    proven_by_reading: bool = True


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event that deepday wants in a calendar.

    ``key`` is ours and the same for the same event for ever: 5 to 64 characters of ``0-9a-v`` (base32hex, which every
    vendor takes as an id). ``marker`` names the installation and is kept with the event: the proof that we made it.
    ``zone``: IANA name in which the calendar should show it. ``kind`` may be degraded by the vendor's rules.
    """

    key: str
    marker: str
    when: Interval
    title: str
    description: str = ""
    zone: str = "UTC"
    show_as: ShowAs = ShowAs.BUSY
    kind: EventKind = EventKind.DEFAULT
    private: bool = False


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An event of ours as the vendor has it now.

    ``id`` and ``etag`` are the vendor's; a write needs the newest ``etag``. ``kind`` is what the vendor made of it.
    """

    calendar: str
    id: str
    etag: str
    key: str
    marker: str
    when: Interval
    title: str = ""
    show_as: ShowAs = ShowAs.BUSY
    kind: EventKind = EventKind.DEFAULT


@dataclass(frozen=True, slots=True)
class Button:
    """A button of ours: ``action`` names what it does, ``value`` says for what; ``main``: what is done most often."""

    action: str
    label: str
    value: str = field(repr=False)
    main: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A paragraph of a message, with a link to what it is about and the buttons below it. ``word``: to be pressed."""

    text: str = field(repr=False)
    buttons: tuple[Button, ...] = ()
    link: str = ""
    word: str = "Open"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to post: ``key`` is ours, one for each message; ``to`` a person or conversation in the vendor's ids.

    ``thread``: the id of the message to answer to, empty for none. ``sections``: how it is shown where that can be
    done; ``text`` is what is read elsewhere, in notifications say. ``{@ID}`` in a text stands for the person with that
    id of the vendor's.
    """

    key: str
    to: str
    text: str = field(repr=False)
    thread: str = ""
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """A message of ours as the vendor has it. ``at``: UTC seconds."""

    key: str
    id: str
    to: str
    at: int


@dataclass(frozen=True, slots=True)
class UrgentSignal:
    """Somebody asks for the owner, urgently; or presses a button of ours, or edits or deletes what they asked.

    ``id`` is the same each time the vendor delivers the same signal, by whichever way. ``at``: UTC seconds at which it
    was sent. ``sender`` and ``conversation``: the vendor's ids. ``text``: what was asked, at most 500 characters, and
    never shown by accident. ``attempt``: 1 for the first delivery. ``reply_to``: where an answer goes, if not to the
    conversation; ``thread``: the message that it answers to. ``link`` opens what was said. ``action``: of a press, the
    button's; ``subject``: of a press, the button's value; of an edit or a deletion, the ``id`` of what it is about.
    ``alert``: the class that a machine gives its alert. ``in_person``: it was written to the owner, not to us, and
    counts during a block only.
    """

    id: str
    at: int
    sender: str
    conversation: str
    text: str = field(default="", repr=False)
    attempt: int = 1
    door: Door = Door.DIRECT
    reply_to: str = ""
    thread: str = ""
    link: str = ""
    action: str = ""
    subject: str = field(default="", repr=False)
    alert: str = ""
    in_person: bool = False


@dataclass(frozen=True, slots=True)
class SignalPage:
    """A part of what was said in a conversation, read afterwards. ``more``: where to go on, empty at the end.

    ``lag``: what was said in so many seconds before may be missing from it still.
    """

    signals: tuple[UrgentSignal, ...]
    more: str = ""
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Watch:
    """An order to be told when a calendar changes.

    ``id`` and ``secret`` are ours: write them down **before** the call, the first hint may come before its answer.
    ``address``: where hints are sent. ``until``: UTC seconds at which the vendor stops. ``vendor_id``: empty before the
    call.
    """

    id: str
    calendar: str
    address: str
    secret: Secret
    until: int
    vendor_id: str = ""


class AnswerState(StrEnum):
    """How far a question to a point person has come; asked, it has no answer yet."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class CoverQuestion:
    """A question to somebody who may cover: ``key`` is ours, one for each question; ``to`` is in the vendor's ids.

    ``text`` says for whom, when, and how to answer.
    """

    key: str
    to: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CoverAnswer:
    """How a question stands. ``at``: UTC seconds at which it was asked, or answered."""

    key: str
    state: AnswerState
    at: int
