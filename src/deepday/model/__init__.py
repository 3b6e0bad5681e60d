"""Frozen values that every other part shares. Instants are integers: seconds since 1970-01-01T00:00:00Z."""

from deepday.model.activity import ActivityStream, Conversation, ConversationKind, Message
from deepday.model.event import CalendarEvent, EventKind, Response, ShowAs
from deepday.model.interval import DateRange, Interval, intersect, merge, subtract, total
from deepday.model.person import Person, Trip, WeeklyHours
from deepday.model.skipped import Skipped

__all__ = [
    "ActivityStream",
    "CalendarEvent",
    "Conversation",
    "ConversationKind",
    "DateRange",
    "EventKind",
    "Interval",
    "Message",
    "Person",
    "Response",
    "ShowAs",
    "Skipped",
    "Trip",
    "WeeklyHours",
    "intersect",
    "merge",
    "subtract",
    "total",
]
