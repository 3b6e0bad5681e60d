"""The contracts of messages of ours, urgent signals, and hints."""

# ruff: noqa: S101 - these are tests

import pytest

from deepday.connect import ChangeNotifier, Messenger, RequestSource
from deepday.errors import GoneError
from deepday.model import Interval, OutgoingMessage, Secret, Watch
from deepday.testing.suite import listening
from deepday.testing.vendor import HintVendor, MessengerVendor, RequestVendor

HOUR = 3600
DAY = 86_400
CANARY = "canary: production is down"


class MessengerContract:
    """What :class:`deepday.connect.Messenger` promises. Fixtures: ``connector``, ``vendor``."""

    def test_a_message_arrives_once(self, connector: Messenger, vendor: MessengerVendor) -> None:
        """Receiver and text are those that were given."""
        posted = connector.post_message(OutgoingMessage("key-1", vendor.receiver(), "On it."))
        assert vendor.posted() == [(vendor.receiver(), "On it.")]
        assert posted.key == "key-1"
        assert posted.id

    def test_posting_again_finds_what_was_posted(self, connector: Messenger, vendor: MessengerVendor) -> None:
        """After a lost answer the message is not posted a second time."""
        message = OutgoingMessage("key-1", vendor.receiver(), "On it.")
        posted = connector.post_message(message)
        assert connector.post_message(message, again=True) == posted
        assert len(vendor.posted()) == 1

    def test_posting_again_posts_what_was_not_posted(self, connector: Messenger, vendor: MessengerVendor) -> None:
        """Looking first is not instead of posting."""
        connector.post_message(OutgoingMessage("key-1", vendor.receiver(), "On it."), again=True)
        assert len(vendor.posted()) == 1

    def test_a_message_is_found_by_its_key(self, connector: Messenger, vendor: MessengerVendor) -> None:
        """An unknown outcome can be found out."""
        assert connector.find_message(vendor.receiver(), "key-1") is None
        posted = connector.post_message(OutgoingMessage("key-1", vendor.receiver(), "On it."))
        connector.post_message(OutgoingMessage("key-2", vendor.receiver(), "On it."))
        assert connector.find_message(vendor.receiver(), "key-1") == posted

    def test_two_keys_are_two_messages(self, connector: Messenger, vendor: MessengerVendor) -> None:
        """The key decides, not the text."""
        one = connector.post_message(OutgoingMessage("key-1", vendor.receiver(), "On it."))
        two = connector.post_message(OutgoingMessage("key-2", vendor.receiver(), "On it."), again=True)
        assert one.id != two.id
        assert len(vendor.posted()) == 2

    def test_the_text_is_not_told(self, connector: Messenger, vendor: MessengerVendor) -> None:
        """Neither the answer nor the log holds what was said."""
        with listening() as logged:
            posted = connector.post_message(OutgoingMessage("key-1", vendor.receiver(), CANARY))
        assert CANARY not in repr(posted)
        assert CANARY not in "\n".join(logged)


class RequestSourceContract:
    """What :class:`deepday.connect.RequestSource` promises. Fixtures: ``connector``, ``vendor``."""

    wait = 0.0
    """Seconds in which a signal arrives at the latest."""

    def test_a_signal_comes_in(self, connector: RequestSource, vendor: RequestVendor) -> None:
        """Who asks, and what for."""
        name = vendor.signal(CANARY)
        (signal,) = connector.signals(self.wait)
        assert (signal.id, signal.text, signal.attempt) == (name, CANARY, 1)
        assert signal.sender
        assert abs(signal.at - vendor.now()) <= 60

    def test_a_signal_is_not_acknowledged_by_being_seen(self, connector: RequestSource, vendor: RequestVendor) -> None:
        """Who crashes before its commit gets it again, under the same id."""
        name = vendor.signal(CANARY)
        list(connector.signals(self.wait))
        assert vendor.unacknowledged() == [name]
        assert [signal.id for signal in connector.signals(self.wait)] == [name]

    def test_an_acknowledged_signal_is_done_with(self, connector: RequestSource, vendor: RequestVendor) -> None:
        """The vendor need not deliver it again; twice is once."""
        vendor.signal(CANARY)
        (signal,) = connector.signals(self.wait)
        connector.acknowledge(signal)
        connector.acknowledge(signal)
        assert vendor.unacknowledged() == []

    def test_acknowledging_one_leaves_the_others(self, connector: RequestSource, vendor: RequestVendor) -> None:
        """Each signal is acknowledged by itself."""
        names = {vendor.signal(f"{CANARY} {number}") for number in range(3)}
        signals = list(connector.signals(self.wait))
        assert {signal.id for signal in signals} == names
        connector.acknowledge(signals[1])
        assert set(vendor.unacknowledged()) == names - {signals[1].id}

    def test_no_more_than_is_needed_is_kept_and_none_of_it_told(
        self, connector: RequestSource, vendor: RequestVendor
    ) -> None:
        """A long text is cut; neither a log nor a printed value holds any of it."""
        vendor.signal(f"{CANARY} {'x' * 2000}")
        with listening() as logged:
            (signal,) = connector.signals(self.wait)
            connector.acknowledge(signal)
        assert len(signal.text) <= 500
        assert CANARY not in repr(signal)
        assert CANARY not in "\n".join(logged)


class ChangeNotifierContract:
    """What :class:`deepday.connect.ChangeNotifier` promises. Fixtures: ``connector``, ``vendor``."""

    address = "https://deepday.example.com/hints"
    """Where the vendor under test sends hints."""

    orders_once = True
    """Whether a second order with the same id is found to be the same; if not, callers stop what they do not know."""

    def watch(self, vendor: HintVendor) -> Watch:
        """Return an order for the primary calendar."""
        secret = Secret("a-secret-of-ours-0123456789abcdef")
        return Watch("watch-1", vendor.calendar(), self.address, secret, vendor.now() + HOUR)

    def change(self, vendor: HintVendor) -> None:
        """Let somebody change the calendar."""
        start = vendor.now() + DAY
        vendor.add_event(Interval(start, start + HOUR))

    def test_a_change_is_hinted_at(self, connector: ChangeNotifier, vendor: HintVendor) -> None:
        """A hint names the calendar, and nothing else is taken from it."""
        watch = connector.watch_calendar(self.watch(vendor))
        assert watch.vendor_id
        vendor.delivered_hints()
        self.change(vendor)
        hinted = [connector.hinted(headers, body, [watch]) for headers, body in vendor.delivered_hints()]
        assert frozenset([vendor.calendar()]) in hinted

    def test_a_forged_hint_means_nothing(self, connector: ChangeNotifier, vendor: HintVendor) -> None:
        """Who does not know the secret makes nobody read."""
        watch = connector.watch_calendar(self.watch(vendor))
        vendor.delivered_hints()
        self.change(vendor)
        for headers, body in vendor.delivered_hints():
            assert connector.hinted(*vendor.forged(headers, body), [watch]) == frozenset()

    def test_nonsense_means_nothing(self, connector: ChangeNotifier, vendor: HintVendor) -> None:
        """Whatever is posted to the address, nothing fails."""
        watch = connector.watch_calendar(self.watch(vendor))
        for body in (b"", b"{", b"\xff\xfe", b'{"value": 3}', b'{"value": [null, {}]}', b"[" * 5000):
            assert connector.hinted({"Content-Type": "application/json"}, body, [watch]) == frozenset()

    def test_a_hint_for_a_watch_that_is_not_known_means_nothing(
        self, connector: ChangeNotifier, vendor: HintVendor
    ) -> None:
        """An old order may still send."""
        connector.watch_calendar(self.watch(vendor))
        self.change(vendor)
        for headers, body in vendor.delivered_hints():
            assert connector.hinted(headers, body, []) == frozenset()

    def test_ordering_twice_is_ordering_once(self, connector: ChangeNotifier, vendor: HintVendor) -> None:
        """A lost answer does not double the hints."""
        if not self.orders_once:
            pytest.skip("this vendor takes every order for a new one")
        connector.watch_calendar(self.watch(vendor))
        connector.watch_calendar(self.watch(vendor))
        vendor.delivered_hints()
        self.change(vendor)
        assert len(vendor.delivered_hints()) == 1

    def test_the_end_is_the_one_that_the_vendor_grants(self, connector: ChangeNotifier, vendor: HintVendor) -> None:
        """After it no hint comes, and renewing too late says so."""
        watch = connector.watch_calendar(self.watch(vendor))
        assert vendor.now() < watch.until <= vendor.now() + HOUR
        longer = connector.renew_watch(watch, watch.until + HOUR)
        assert longer.until > watch.until
        vendor.pass_time(longer.until - vendor.now() + 1)
        self.change(vendor)
        assert vendor.delivered_hints() == []
        with pytest.raises(GoneError):
            connector.renew_watch(longer, vendor.now() + HOUR)

    def test_a_stopped_watch_is_silent_and_twice_is_fine(self, connector: ChangeNotifier, vendor: HintVendor) -> None:
        """That it is gone is what was wanted."""
        watch = connector.watch_calendar(self.watch(vendor))
        connector.stop_watch(watch)
        connector.stop_watch(watch)
        vendor.delivered_hints()
        self.change(vendor)
        assert vendor.delivered_hints() == []

    def test_the_secret_is_not_told(self, connector: ChangeNotifier, vendor: HintVendor) -> None:
        """Neither a log nor a printed value holds it."""
        with listening() as logged:
            watch = connector.watch_calendar(self.watch(vendor))
        assert "a-secret-of-ours" not in repr(watch)
        assert "a-secret-of-ours" not in "\n".join(logged)
