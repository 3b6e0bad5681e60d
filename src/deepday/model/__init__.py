"""Frozen values that every other part shares. Instants are integers: seconds since 1970-01-01T00:00:00Z."""

from deepday.model.activity import ActivityStream, Conversation, ConversationKind, Message
from deepday.model.event import CalendarEvent, EventKind, Response, ShowAs, recurrence_id_of
from deepday.model.interval import DateRange, Interval, intersect, merge, subtract, total
from deepday.model.live import (
    ActivityPage,
    AnswerState,
    Calendar,
    CoverAnswer,
    CoverQuestion,
    Cursor,
    EventDraft,
    EventPage,
    EventUpsert,
    HeardActivity,
    OutgoingMessage,
    PostedMessage,
    UrgentSignal,
    Watch,
    WrittenEvent,
)
from deepday.model.person import Person, Trip, WeeklyHours
from deepday.model.secret import MasterKey, Secret, TokenSet
from deepday.model.settings import Audience, AutoReply, Availability, DoNotDisturb, Presence, Setting, Status
from deepday.model.skipped import Skipped

__all__ = [
    "ActivityPage",
    "ActivityStream",
    "AnswerState",
    "Audience",
    "AutoReply",
    "Availability",
    "Calendar",
    "CalendarEvent",
    "Conversation",
    "ConversationKind",
    "CoverAnswer",
    "CoverQuestion",
    "Cursor",
    "DateRange",
    "DoNotDisturb",
    "EventDraft",
    "EventKind",
    "EventPage",
    "EventUpsert",
    "HeardActivity",
    "Interval",
    "MasterKey",
    "Message",
    "OutgoingMessage",
    "Person",
    "PostedMessage",
    "Presence",
    "Response",
    "Secret",
    "Setting",
    "ShowAs",
    "Skipped",
    "Status",
    "TokenSet",
    "Trip",
    "UrgentSignal",
    "Watch",
    "WeeklyHours",
    "WrittenEvent",
    "intersect",
    "merge",
    "recurrence_id_of",
    "subtract",
    "total",
]
