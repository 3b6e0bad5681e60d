"""Bugs that connectors have, each in a copy of the connector in memory, and the test that must catch it.

One list, long on purpose: whether a bug is missing is seen only side by side.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from deepday import testing
from deepday.connect import Capabilities, Degraded, Port, ReadContext, Restoration, Restored
from deepday.connect.memory import MemoryAccount
from deepday.connect.memory.calendars import StoredCalendar, StoredEvent
from deepday.errors import CursorGoneError
from deepday.model import (
    ActivityPage,
    AnswerState,
    Audience,
    AutoReply,
    Calendar,
    Conversation,
    CoverAnswer,
    CoverQuestion,
    Cursor,
    DoNotDisturb,
    EventDraft,
    EventPage,
    HeardActivity,
    Interval,
    Invitation,
    OutgoingMessage,
    PostedMessage,
    Presence,
    Response,
    Status,
    UrgentSignal,
    Watch,
    WrittenEvent,
)


class EtagIgnored(MemoryAccount):
    def _newest(self, stored: StoredCalendar, event: WrittenEvent) -> StoredEvent | None:
        found = stored.objects.get(event.id)
        return None if found is None or found.deleted else found


class EmptyEtagMeansAny(MemoryAccount):
    def _newest(self, stored: StoredCalendar, event: WrittenEvent) -> StoredEvent | None:
        return super()._newest(stored, event if event.etag else replace(event, etag=stored.objects[event.id].etag))


class OldEtagReturned(MemoryAccount):
    def move_event(self, event: WrittenEvent, when: Interval) -> WrittenEvent:
        return replace(super().move_event(event, when), etag=event.etag)


class TitleMovesTheEvent(MemoryAccount):
    def retitle_event(self, event: WrittenEvent, title: str) -> WrittenEvent:
        when = Interval(event.when.start, event.when.end + 1)
        return self.move_event(super().retitle_event(event, title), when)


class CreateTwiceMakesTwo(MemoryAccount):
    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        taken = draft.key in self.office.calendars[calendar].objects
        made = super().create_event(calendar, replace(draft, key=f"{draft.key}again") if taken else draft)
        return replace(made, key=draft.key)


class AdoptionOverwrites(MemoryAccount):
    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        made = super().create_event(calendar, draft)
        return made if made.when == draft.when else self.move_event(made, draft.when)


class DeletedIsMadeAgain(MemoryAccount):
    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        objects = self.office.calendars[calendar].objects
        if draft.key in objects and objects[draft.key].deleted:
            del objects[draft.key]
        return super().create_event(calendar, draft)


class ForeignEventsAreOurs(MemoryAccount):
    def find_ours(self, calendar: str, window: Interval, marker: str) -> Sequence[WrittenEvent]:
        del marker
        markers = {event.marker for event in self.office.calendars[calendar].objects.values()}
        return [
            event for each in sorted(markers) for event in super(type(self), self).find_ours(calendar, window, each)
        ]


class FirstPageOfOurs(MemoryAccount):
    def find_ours(self, calendar: str, window: Interval, marker: str) -> Sequence[WrittenEvent]:
        return super().find_ours(calendar, window, marker)[: self.office.page_size]


class MarkerInTitle(MemoryAccount):
    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        return super().create_event(calendar, replace(draft, title=f"{draft.title} [{draft.marker}]"))


class RemovalsSkipped(MemoryAccount):
    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        return replace(super().event_changes(calendar, context, cursor), removals=())


class LastPageForgotten(MemoryAccount):
    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        return replace(super().event_changes(calendar, context, cursor), more=False)


class CursorOfTheEnd(MemoryAccount):
    """After a full reading it goes on from the end, not from the beginning of the reading."""

    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        page = super().event_changes(calendar, context, cursor)
        stored = self.office.calendars[calendar]
        return page if page.more else replace(page, cursor=self._cursor(stored, calendar, context, len(stored.journal)))


class DeadCursorSwallowed(MemoryAccount):
    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        try:
            return super().event_changes(calendar, context, cursor)
        except CursorGoneError:
            return super().event_changes(calendar, context, None)


class NoCursorAtAll(MemoryAccount):
    """Reads everything each time."""

    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        following = cursor is not None and cursor.text.endswith(" -")
        page = super().event_changes(calendar, context, cursor)
        return super().event_changes(calendar, context, None) if following and not page.upserts else page


class TitlesLeaked(MemoryAccount):
    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        return super().event_changes(calendar, replace(context, keep_titles=True), cursor)


class SeriesCutShort(MemoryAccount):
    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        page = super().event_changes(calendar, context, cursor)
        return replace(page, upserts=tuple(replace(one, events=one.events[:1]) for one in page.upserts))


class NamesLeaked(MemoryAccount):
    def activity_changes(self, context: ReadContext, cursor: Cursor | None = None) -> ActivityPage:
        return super().activity_changes(replace(context, pseudonym=str), cursor)


class TextLogged(MemoryAccount):
    def activity_changes(self, context: ReadContext, cursor: Cursor | None = None) -> ActivityPage:
        logging.getLogger("chat").debug("messages: %s", self.office.said)
        return super().activity_changes(context, cursor)


class TextAsPseudonym(MemoryAccount):
    def activity_changes(self, context: ReadContext, cursor: Cursor | None = None) -> ActivityPage:
        page = super().activity_changes(context, cursor)
        texts = {said.micros: said.text for said in self.office.said}
        messages = (
            one._replace(conversation=Conversation(texts[one.micros], one.conversation.kind)) for one in page.messages
        )
        return replace(page, messages=tuple(messages))


class BotsCounted(MemoryAccount):
    def activity_changes(self, context: ReadContext, cursor: Cursor | None = None) -> ActivityPage:
        self.office.said = [replace(said, by_bot=False) for said in self.office.said]
        return super().activity_changes(context, cursor)


class VouchesTooEarly(MemoryAccount):
    def activity_changes(self, context: ReadContext, cursor: Cursor | None = None) -> ActivityPage:
        page = super().activity_changes(context, cursor)
        return replace(page, observed=(Interval(context.window.start, self.office.now()),))


class NoGapAtFirst(MemoryAccount):
    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        yield from (heard for heard in super().heard_activity(context, seconds) if heard.id != "gap1")


class ReconnectsInSilence(MemoryAccount):
    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        if not self.office.line and self._line > 0:
            self._line = self.office.open_line()
        yield from super().heard_activity(context, seconds)


class GapDoneWithWhenSaid(MemoryAccount):
    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        for heard in super().heard_activity(context, seconds):
            if heard.gap:
                self.acknowledge_activity(heard)
            yield heard


class AcknowledgedWhenHeard(MemoryAccount):
    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        for heard in super().heard_activity(context, seconds):
            if not heard.gap:
                self.acknowledge_activity(heard)
            yield heard


class OtherNamesWhenHeard(MemoryAccount):
    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        yield from super().heard_activity(
            replace(context, pseudonym=lambda name: context.pseudonym(f"heard {name}")), seconds
        )


class DeletionsOverheard(MemoryAccount):
    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        yield from (heard for heard in super().heard_activity(context, seconds) if not heard.removals)


class TextHeardInLog(MemoryAccount):
    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        logging.getLogger("bug").debug("heard %s", self.office.said)
        yield from super().heard_activity(context, seconds)


class ExpiryNotSent(MemoryAccount):
    def set_status(self, value: Status) -> Status:
        super().set_status(replace(value, until=0))
        return value


class RestoreOverwrites(MemoryAccount):
    def restore_status(self, written: Sequence[Status], before: Status) -> Restored[Status]:
        return super().restore_status([*written, self.read_status()], before)


class ExpiryTakenForAPerson(MemoryAccount):
    def restore_presence(self, written: Sequence[Presence], before: Presence) -> Restored[Presence]:
        if self.read_presence().empty:
            return Restored(Restoration.KEPT, Presence())
        return super().restore_presence(written, before)


class OnlyLastValueIsOurs(MemoryAccount):
    def restore_auto_reply(self, written: Sequence[AutoReply], before: AutoReply) -> Restored[AutoReply]:
        return super().restore_auto_reply(written[-1:], before)


class OutsidersAnswered(MemoryAccount):
    def set_auto_reply(self, value: AutoReply) -> AutoReply:
        super().set_auto_reply(replace(value, audience=Audience.ALL))
        return value


class EndedBaselineRestored(MemoryAccount):
    def restore_do_not_disturb(self, written: Sequence[DoNotDisturb], before: DoNotDisturb) -> Restored[DoNotDisturb]:
        if before.over(self.office.now()):
            before = DoNotDisturb(self.office.now() + 3600)
        return super().restore_do_not_disturb(written, before)


class PostsAgain(MemoryAccount):
    def post_message(self, message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        del again
        return super().post_message(message)


class TextInPostLog(MemoryAccount):
    def post_message(self, message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        logging.getLogger("post").info("posting %s", message.text)
        return super().post_message(message, again=again)


class AcknowledgedWhenSeen(MemoryAccount):
    def signals(self, seconds: float) -> Iterator[UrgentSignal]:
        for signal in super().signals(seconds):
            self.acknowledge(signal)
            yield signal


class AcknowledgesAll(MemoryAccount):
    def acknowledge(self, signal: UrgentSignal) -> None:
        super().acknowledge(signal)
        self.office.waiting.clear()


class SecretNotChecked(MemoryAccount):
    def hinted(self, headers: Mapping[str, str], body: bytes, watches: Sequence[Watch]) -> frozenset[str]:
        del body
        return frozenset(watch.calendar for watch in watches if watch.id == headers.get("X-Watch"))


class RenewsTheDead(MemoryAccount):
    def renew_watch(self, watch: Watch, until: int) -> Watch:
        return self._grant(watch, until)


class AsksAgain(MemoryAccount):
    def ask_point_person(self, question: CoverQuestion) -> CoverAnswer:
        again = f"{question.key} again" if question.key in self.office.questions else question.key
        return replace(super().ask_point_person(replace(question, key=again)), key=question.key)


class AnybodyAgrees(MemoryAccount):
    def point_person_answer(self, key: str) -> CoverAnswer | None:
        found = super().point_person_answer(key)
        said = any(agreed for one, _, agreed, _ in self.office.answers if one == key)
        return replace(found, state=AnswerState.AGREED) if found and said else found


class PromisesWithoutWords(MemoryAccount):
    def capabilities(self) -> Capabilities:
        return Capabilities(frozenset(Port), (Degraded(Port.EVENT_WRITER, "no focus time"),))


class AnswersOverAPerson(MemoryAccount):
    def decline_invitation(self, invitation: Invitation, words: str) -> None:
        now = self.find_invitation(invitation.calendar, invitation.id)
        if now and now.response is not Response.DECLINED:
            self.office.respond(now.id.partition("/")[0], Response.NEEDS_ACTION)
            invitation = self.find_invitation(invitation.calendar, invitation.id) or invitation
        super().decline_invitation(invitation, words)


class DeclinesTheSeries(MemoryAccount):
    def decline_invitation(self, invitation: Invitation, words: str) -> None:
        super().decline_invitation(invitation, words)
        self.office.respond(invitation.id.partition("/")[0], Response.DECLINED)


class DeclinesWithoutAWord(MemoryAccount):
    def decline_invitation(self, invitation: Invitation, words: str) -> None:
        del words
        super().decline_invitation(invitation, "")


class TellsAgain(MemoryAccount):
    def decline_invitation(self, invitation: Invitation, words: str) -> None:
        super().decline_invitation(invitation, words)
        if invitation.response is Response.DECLINED:
            self.office.told.append((Response.DECLINED, words))


class MakesACalendarEachTime(MemoryAccount):
    def ensure_own_calendar(self, name: str, marker: str, zone: str = "UTC") -> Calendar:
        for stored in self.office.calendars.values():
            stored.marker = ""
        return super().ensure_own_calendar(name, marker, zone)


class DeletesAFullCalendar(MemoryAccount):
    def remove_own_calendar(self, calendar: str, marker: str) -> bool:
        stored = self.office.calendars.get(calendar)
        if stored and stored.marker == marker:
            stored.objects.clear()
        return super().remove_own_calendar(calendar, marker)


class ForgetsTheMarker(MemoryAccount):
    def remove_own_calendar(self, calendar: str, marker: str) -> bool:
        return super().remove_own_calendar(calendar, marker) or bool(self.office.calendars.pop(calendar, None))


_READ, _WRITE, _CHAT = testing.CalendarReaderContract, testing.EventWriterContract, testing.ActivityReaderContract
_HEAR = testing.ActivityListenerContract

BUGS: list[tuple[type[MemoryAccount], type, str]] = [
    (EtagIgnored, _WRITE, "test_what_somebody_moved_is_not_deleted"),
    (EmptyEtagMeansAny, _WRITE, "test_no_etag_is_an_old_etag"),
    (OldEtagReturned, _WRITE, "test_an_event_moves"),
    (TitleMovesTheEvent, _WRITE, "test_an_event_gets_another_title"),
    (CreateTwiceMakesTwo, _WRITE, "test_creating_twice_is_creating_once"),
    (AdoptionOverwrites, _WRITE, "test_adopting_changes_nothing"),
    (DeletedIsMadeAgain, _WRITE, "test_what_somebody_deleted_is_not_made_again"),
    (ForeignEventsAreOurs, _WRITE, "test_all_of_ours_are_found_and_nothing_else"),
    (FirstPageOfOurs, _WRITE, "test_all_of_ours_are_found_and_nothing_else"),
    (MarkerInTitle, _WRITE, "test_an_event_is_made_once_as_drafted"),
    (RemovalsSkipped, _READ, "test_what_was_deleted_follows"),
    (LastPageForgotten, _READ, "test_a_full_reading_gives_everything_over_all_pages"),
    (CursorOfTheEnd, _READ, "test_what_changes_while_it_is_read_is_not_lost"),
    (DeadCursorSwallowed, _READ, "test_a_dead_cursor_is_said_to_be_dead"),
    (NoCursorAtAll, _READ, "test_a_following_reading_does_not_read_everything_again"),
    (TitlesLeaked, _READ, "test_titles_stay_at_the_vendor_unless_asked_for"),
    (SeriesCutShort, _READ, "test_a_series_comes_with_all_its_occurrences"),
    (NamesLeaked, _CHAT, "test_conversations_have_pseudonyms"),
    (TextLogged, _CHAT, "test_text_and_names_stay_at_the_vendor"),
    (TextAsPseudonym, _CHAT, "test_text_and_names_stay_at_the_vendor"),
    (BotsCounted, _CHAT, "test_machines_do_not_count"),
    (VouchesTooEarly, _CHAT, "test_an_unfinished_reading_does_not_vouch_for_what_is_left"),
    (NoGapAtFirst, _HEAR, "test_it_begins_with_a_gap_and_says_nothing_with_it"),
    (ReconnectsInSilence, _HEAR, "test_a_lost_connection_is_a_gap"),
    (GapDoneWithWhenSaid, _HEAR, "test_a_gap_is_said_until_it_is_acknowledged"),
    (AcknowledgedWhenHeard, _HEAR, "test_what_is_heard_is_not_acknowledged_by_that"),
    (OtherNamesWhenHeard, _HEAR, "test_what_is_heard_and_what_is_read_is_the_same"),
    (DeletionsOverheard, _HEAR, "test_a_deleted_message_is_taken_back"),
    (TextHeardInLog, _HEAR, "test_text_and_names_stay_at_the_vendor"),
    (ExpiryNotSent, testing.StatusWriterContract, "test_a_value_ends_by_itself"),
    (RestoreOverwrites, testing.StatusWriterContract, "test_what_a_person_changed_meanwhile_is_kept"),
    (
        ExpiryTakenForAPerson,
        testing.PresenceWriterContract,
        "test_what_was_there_before_is_restored_after_ours_ended_by_itself",
    ),
    (OnlyLastValueIsOurs, testing.AutoReplyWriterContract, "test_every_value_of_ours_is_recognised"),
    (OutsidersAnswered, testing.AutoReplyWriterContract, "test_people_outside_get_nothing_unless_asked_for"),
    (
        EndedBaselineRestored,
        testing.DoNotDisturbWriterContract,
        "test_what_would_have_ended_meanwhile_is_not_restored",
    ),
    (PostsAgain, testing.MessengerContract, "test_posting_again_finds_what_was_posted"),
    (TextInPostLog, testing.MessengerContract, "test_the_text_is_not_told"),
    (AcknowledgedWhenSeen, testing.RequestSourceContract, "test_a_signal_is_not_acknowledged_by_being_seen"),
    (AcknowledgesAll, testing.RequestSourceContract, "test_acknowledging_one_leaves_the_others"),
    (SecretNotChecked, testing.ChangeNotifierContract, "test_a_forged_hint_means_nothing"),
    (RenewsTheDead, testing.ChangeNotifierContract, "test_the_end_is_the_one_that_the_vendor_grants"),
    (AsksAgain, testing.PointPersonAskerContract, "test_asking_twice_is_asking_once"),
    (AnybodyAgrees, testing.PointPersonAskerContract, "test_what_others_say_is_no_answer"),
    (AnswersOverAPerson, testing.InvitationResponderContract, "test_what_a_person_answered_is_theirs"),
    (DeclinesTheSeries, testing.InvitationResponderContract, "test_of_a_series_one_occurrence_is_declined"),
    (DeclinesWithoutAWord, testing.InvitationResponderContract, "test_the_organiser_is_told_once_with_the_words"),
    (TellsAgain, testing.InvitationResponderContract, "test_the_organiser_is_told_once_with_the_words"),
    (MakesACalendarEachTime, testing.CalendarMakerContract, "test_a_calendar_is_made_once"),
    (DeletesAFullCalendar, testing.CalendarMakerContract, "test_it_is_taken_away_when_it_is_empty"),
    (ForgetsTheMarker, testing.CalendarMakerContract, "test_the_owners_calendars_are_never_deleted"),
    (PromisesWithoutWords, testing.AccountContract, "test_what_is_missing_is_said_in_sentences"),
]
