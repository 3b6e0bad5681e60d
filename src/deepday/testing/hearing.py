"""The contract of hearing chat as it happens."""

# ruff: noqa: S101 - these are tests

from dataclasses import replace
from typing import Protocol

from deepday.connect import ActivityListener, ActivityReader
from deepday.model import ConversationKind, HeardActivity, Interval, Message
from deepday.testing.reading import CANARY, HOUR, Reading
from deepday.testing.suite import listening
from deepday.testing.vendor import ChatVendor, HeardVendor

_LOOKS = 20


class Listening(ActivityListener, ActivityReader, Protocol):
    """An account that has both ports."""


class ActivityListenerContract(Reading):
    """What :class:`deepday.connect.ActivityListener` promises. Fixtures: ``connector``, ``vendor``."""

    wait = 0.0
    """Seconds in which a delivery arrives at the latest."""

    def hear(self, connector: ActivityListener, vendor: ChatVendor) -> list[HeardActivity]:
        """Return all that is heard now, gaps too; acknowledge nothing."""
        return list(connector.heard_activity(self.context(vendor), self.wait))

    def begin(self, connector: ActivityListener, vendor: ChatVendor) -> None:
        """Connect, and acknowledge that there is a gap before."""
        for heard in self.hear(connector, vendor):
            connector.acknowledge_activity(heard)

    def next_gap(self, connector: ActivityListener, vendor: ChatVendor) -> HeardActivity:
        """Return the next gap; how soon a lost connection is noticed is the library's affair."""
        looks = (self.hear(connector, vendor) for _ in range(_LOOKS))
        return next(one for look in looks for one in look if one.gap)

    def closes(self, connector: ActivityListener, vendor: ChatVendor) -> bool:
        """Acknowledge every gap, and tell whether they end: each of several connections makes its own when back."""
        for _ in range(_LOOKS):
            gaps = [one for one in self.hear(connector, vendor) if one.gap]
            if not gaps:
                return True
            for gap in gaps:
                connector.acknowledge_activity(gap)
        return False

    @staticmethod
    def messages(heard: list[HeardActivity]) -> set[Message]:
        """Return the messages of deliveries."""
        return {message for one in heard for message in one.messages}

    def talk(self, vendor: ChatVendor) -> set[tuple[int, bool, bool, ConversationKind]]:
        """Let people write in every way that counts; return what must be heard of it."""
        seen = set()
        for number in range(6):
            kind = list(ConversationKind)[number % 3]
            outgoing, mention = number % 2 == 0, kind is ConversationKind.THREAD and number % 2 == 1
            at = vendor.say(f"{CANARY} {number}", kind=kind, outgoing=outgoing, mention=mention)
            seen.add((at, outgoing, mention, kind))
        return seen

    def test_it_begins_with_a_gap_and_says_nothing_with_it(
        self, connector: ActivityListener, vendor: HeardVendor
    ) -> None:
        """What was before nobody has heard."""
        vendor.say(CANARY)
        first = self.hear(connector, vendor)[0]
        assert first.gap
        assert (first.messages, first.removals) == ((), ())

    def test_a_gap_is_said_until_it_is_acknowledged(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """Who crashes while it reads is told again."""
        assert [one.gap for one in self.hear(connector, vendor)] == [True]
        again = self.hear(connector, vendor)
        assert [one.gap for one in again] == [True]
        connector.acknowledge_activity(again[0])
        connector.acknowledge_activity(again[0])
        assert self.hear(connector, vendor) == []

    def test_a_lost_connection_is_a_gap(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """The one before is not confused with it."""
        (first,) = self.hear(connector, vendor)
        connector.acknowledge_activity(first)
        vendor.drop_line()
        vendor.say(CANARY)
        assert self.next_gap(connector, vendor).id != first.id
        connector.acknowledge_activity(first)
        assert any(one.gap for one in self.hear(connector, vendor))
        assert self.closes(connector, vendor)

    def test_every_message_is_heard_with_its_metadata(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """When, which way, in what sort of conversation."""
        self.begin(connector, vendor)
        expected = self.talk(vendor)
        found = self.messages(self.hear(connector, vendor))
        assert {(one.micros, one.outgoing, one.mention, one.conversation.kind) for one in found} == expected

    def test_what_is_heard_and_what_is_read_is_the_same(self, connector: Listening, vendor: HeardVendor) -> None:
        """One message is one message, however it came."""
        self.begin(connector, vendor)
        self.talk(vendor)
        heard, context = self.messages(self.hear(connector, vendor)), self.context(vendor)
        vendor.pass_time(60)
        pages = [connector.activity_changes(context)]
        while pages[-1].more:
            pages.append(connector.activity_changes(context, pages[-1].cursor))
        assert heard == {message for page in pages for message in page.messages}

    def test_text_and_names_stay_at_the_vendor(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """Neither what is returned nor what is logged holds a word or a name."""
        with listening() as logged:
            self.begin(connector, vendor)
            vendor.say(CANARY, conversation="Canary Grace")
            heard = self.hear(connector, vendor)
        assert self.messages(heard)
        for told in (repr(heard), "\n".join(logged)):
            assert CANARY not in told
            assert "Canary Grace" not in told

    def test_conversations_have_pseudonyms(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """Names of conversations pass through the function that was given."""
        self.begin(connector, vendor)
        self.talk(vendor)
        found = self.messages(self.hear(connector, vendor))
        assert found
        assert all(message.conversation.pseudonym.startswith("pseudonym:") for message in found)

    def test_machines_do_not_count(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """A bot asks nobody for attention, and what it writes is not delivered again and again."""
        self.begin(connector, vendor)
        vendor.say("build 12 failed", by_bot=True)
        assert self.hear(connector, vendor) == []
        assert vendor.unheard() == 0

    def test_only_the_window_is_returned(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """What is not asked for is not given, and done with."""
        self.begin(connector, vendor)
        vendor.say(CANARY)
        later = replace(self.context(vendor), window=Interval(vendor.now() + HOUR, vendor.now() + 2 * HOUR))
        assert not self.messages(list(connector.heard_activity(later, self.wait)))
        assert vendor.unheard() == 0

    def test_what_is_heard_is_not_acknowledged_by_that(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """Who crashes before its commit hears it again, under the same id."""
        self.begin(connector, vendor)
        vendor.say(CANARY)
        first = [one.id for one in self.hear(connector, vendor)]
        assert vendor.unheard() == 1
        assert [one.id for one in self.hear(connector, vendor)] == first

    def test_acknowledging_one_leaves_the_others(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """Each delivery is acknowledged by itself; twice is once."""
        self.begin(connector, vendor)
        for number in range(3):
            vendor.say(f"{CANARY} {number}")
        heard = self.hear(connector, vendor)
        connector.acknowledge_activity(heard[1])
        connector.acknowledge_activity(heard[1])
        assert vendor.unheard() == 2
        assert [one.id for one in self.hear(connector, vendor)] == [heard[0].id, heard[2].id]

    def test_a_deleted_message_is_taken_back(self, connector: ActivityListener, vendor: HeardVendor) -> None:
        """Under the name under which it was given."""
        self.begin(connector, vendor)
        for kind in ConversationKind:
            at = vendor.say(CANARY, kind=kind, mention=kind is ConversationKind.THREAD)
            (given,) = self.hear(connector, vendor)
            connector.acknowledge_activity(given)
            vendor.unsay(at)
            (taken,) = self.hear(connector, vendor)
            connector.acknowledge_activity(taken)
            assert taken.messages == ()
            assert taken.removals == ((given.messages[0].conversation, at),)
