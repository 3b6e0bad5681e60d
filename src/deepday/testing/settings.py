"""The contracts of the settings that hold one value. One suite; what differs are the values."""

# ruff: noqa: S101 - these are tests

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Generic

from deepday.connect import (
    AutoReplyWriter,
    DoNotDisturbWriter,
    PresenceWriter,
    Restoration,
    Restored,
    StatusWriter,
)
from deepday.model import Audience, AutoReply, Availability, DoNotDisturb, Presence, Status
from deepday.testing.vendor import AutoReplyVendor, DoNotDisturbVendor, PresenceVendor, StatusVendor, ValueT, Vendor

HOUR = 3600


class _SettingContract(ABC, Generic[ValueT]):
    """What every setting promises; see :mod:`deepday.connect.ports.settings`. Fixtures: ``connector``, ``vendor``."""

    empty: ValueT

    @abstractmethod
    def ours(self, until: int) -> ValueT:
        """Return a value of ours with that end."""

    @abstractmethod
    def later_ours(self, until: int) -> ValueT:
        """Return another value of ours with that end."""

    @abstractmethod
    def theirs(self, until: int) -> ValueT:
        """Return a value that a person would choose, with that end."""

    @abstractmethod
    def ports(self, connector: Any) -> "tuple[Callable[[], ValueT], Callable[[ValueT], ValueT], _Restore[ValueT]]":
        """Return the connector's methods: read, set, restore."""

    @abstractmethod
    def hands(self, vendor: Any) -> tuple[Callable[[ValueT], None], Callable[[], ValueT]]:
        """Return the vendor's methods: put, shown."""

    def test_nothing_is_set_at_first(self, connector: Any) -> None:
        """An untouched account reads as empty, not as unknown."""
        read, _, _ = self.ports(connector)
        assert read().empty

    def test_a_value_is_shown_with_its_end(self, connector: Any, vendor: Vendor) -> None:
        """What was set is what others see, and what is read."""
        read, write, _ = self.ports(connector)
        value = self.ours(vendor.now() + HOUR)
        settled = write(value)
        assert settled.same(value)
        assert read().same(settled)
        assert self.hands(vendor)[1]().same(settled)

    def test_a_value_that_a_person_set_is_read(self, connector: Any, vendor: Vendor) -> None:
        """The baseline is the truth of now, not what was read before."""
        read, write, _ = self.ports(connector)
        write(self.ours(vendor.now() + HOUR))
        theirs = self.theirs(vendor.now() + 4 * HOUR)
        self.hands(vendor)[0](theirs)
        assert read().same(theirs)

    def test_setting_twice_is_setting_once(self, connector: Any, vendor: Vendor) -> None:
        """A repeated call changes nothing."""
        read, write, _ = self.ports(connector)
        value = self.ours(vendor.now() + HOUR)
        write(value)
        assert write(value).same(value)
        assert read().same(value)

    def test_a_value_ends_by_itself(self, connector: Any, vendor: Vendor) -> None:
        """The vendor was told the end: nobody needs to be there."""
        read, write, _ = self.ports(connector)
        write(self.ours(vendor.now() + HOUR))
        vendor.pass_time(HOUR + 120)
        assert read().empty
        assert self.hands(vendor)[1]().empty

    def test_an_empty_value_clears(self, connector: Any, vendor: Vendor) -> None:
        """Clearing is setting nothing."""
        read, write, _ = self.ports(connector)
        write(self.ours(vendor.now() + HOUR))
        assert write(self.empty).empty
        assert read().empty
        assert self.hands(vendor)[1]().empty

    def test_what_was_there_before_is_restored(self, connector: Any, vendor: Vendor) -> None:
        """Ours goes, the person's comes back."""
        read, write, restore = self.ports(connector)
        self.hands(vendor)[0](self.theirs(vendor.now() + 4 * HOUR))
        before = read()
        ours = self.ours(vendor.now() + HOUR)
        done = restore([ours, write(ours)], before)
        assert done.done is Restoration.RESTORED
        assert done.value.same(before)
        assert self.hands(vendor)[1]().same(before)

    def test_nothing_is_restored_as_nothing(self, connector: Any, vendor: Vendor) -> None:
        """An empty baseline leaves no trace of ours."""
        _, write, restore = self.ports(connector)
        ours = self.ours(vendor.now() + HOUR)
        assert restore([write(ours)], self.empty).done is Restoration.RESTORED
        assert self.hands(vendor)[1]().empty

    def test_what_a_person_changed_meanwhile_is_kept(self, connector: Any, vendor: Vendor) -> None:
        """A person's later choice wins over our restore."""
        _, write, restore = self.ports(connector)
        written = write(self.ours(vendor.now() + HOUR))
        theirs = self.theirs(vendor.now() + 4 * HOUR)
        self.hands(vendor)[0](theirs)
        done = restore([written], self.empty)
        assert done.done is Restoration.KEPT
        assert done.value.same(theirs)
        assert self.hands(vendor)[1]().same(theirs)

    def test_what_a_person_cleared_meanwhile_stays_cleared(self, connector: Any, vendor: Vendor) -> None:
        """An empty value is a choice too, as long as ours has not ended by itself."""
        _, write, restore = self.ports(connector)
        before = self.theirs(vendor.now() + 4 * HOUR)
        written = write(self.ours(vendor.now() + HOUR))
        self.hands(vendor)[0](self.empty)
        assert restore([written], before).done is Restoration.KEPT
        assert self.hands(vendor)[1]().empty

    def test_what_was_there_before_is_restored_after_ours_ended_by_itself(self, connector: Any, vendor: Vendor) -> None:
        """The vendor's expiry is a safety net, not a person's choice."""
        _, write, restore = self.ports(connector)
        before = self.theirs(vendor.now() + 4 * HOUR)
        written = write(self.ours(vendor.now() + HOUR))
        vendor.pass_time(HOUR + 120)
        assert restore([written], before).done is Restoration.RESTORED
        assert self.hands(vendor)[1]().same(before)

    def test_what_would_have_ended_meanwhile_is_not_restored(self, connector: Any, vendor: Vendor) -> None:
        """A baseline with an end of its own does not outlive it."""
        _, write, restore = self.ports(connector)
        before = self.theirs(vendor.now() + HOUR)
        written = write(self.ours(vendor.now() + 3 * HOUR))
        vendor.pass_time(2 * HOUR)
        assert restore([written], before).value.empty
        assert self.hands(vendor)[1]().empty

    def test_every_value_of_ours_is_recognised(self, connector: Any, vendor: Vendor) -> None:
        """A write that was recorded may not have happened: the one before it is still ours."""
        _, write, restore = self.ports(connector)
        written = write(self.ours(vendor.now() + HOUR))
        never_sent = self.later_ours(vendor.now() + 2 * HOUR)
        assert restore([written, never_sent], self.empty).done is Restoration.RESTORED
        assert self.hands(vendor)[1]().empty

    def test_restoring_twice_is_restoring_once(self, connector: Any, vendor: Vendor) -> None:
        """The second restore finds the baseline there and writes nothing."""
        _, write, restore = self.ports(connector)
        before = self.theirs(vendor.now() + 4 * HOUR)
        written = write(self.ours(vendor.now() + HOUR))
        restore([written], before)
        assert restore([written], before).done is Restoration.ALREADY
        assert self.hands(vendor)[1]().same(before)


_Restore = Callable[[Sequence[ValueT], ValueT], Restored[ValueT]]


class StatusWriterContract(_SettingContract[Status]):
    """What :class:`deepday.connect.StatusWriter` promises."""

    empty = Status()

    def ours(self, until: int) -> Status:
        """Return a value of ours with that end."""
        return Status("Deep work", ":headphones:", until)

    def later_ours(self, until: int) -> Status:
        """Return another value of ours with that end."""
        return Status("Deep work, ask Grace", ":headphones:", until)

    def theirs(self, until: int) -> Status:
        """Return a value that a person would choose, with that end."""
        return Status("At the dentist", ":tooth:", until)

    def ports(
        self, connector: StatusWriter
    ) -> tuple[Callable[[], Status], Callable[[Status], Status], _Restore[Status]]:
        """Return the connector's methods: read, set, restore."""
        return connector.read_status, connector.set_status, connector.restore_status

    def hands(self, vendor: StatusVendor) -> tuple[Callable[[Status], None], Callable[[], Status]]:
        """Return the vendor's methods: put, shown."""
        return vendor.put_status, vendor.shown_status

    def test_the_same_words_with_another_end_are_a_persons(self, connector: StatusWriter, vendor: StatusVendor) -> None:
        """Who prolongs our status by hand has chosen it."""
        written = connector.set_status(self.ours(vendor.now() + HOUR))
        prolonged = self.ours(vendor.now() + 2 * HOUR)
        vendor.put_status(prolonged)
        assert connector.restore_status([written], self.empty).done is Restoration.KEPT
        assert vendor.shown_status().same(prolonged)


class DoNotDisturbWriterContract(_SettingContract[DoNotDisturb]):
    """What :class:`deepday.connect.DoNotDisturbWriter` promises."""

    empty = DoNotDisturb()

    def ours(self, until: int) -> DoNotDisturb:
        """Return a value of ours with that end."""
        return DoNotDisturb(until)

    def later_ours(self, until: int) -> DoNotDisturb:
        """Return another value of ours with that end."""
        return DoNotDisturb(until)

    def theirs(self, until: int) -> DoNotDisturb:
        """Return a value that a person would choose, with that end."""
        return DoNotDisturb(until + 17 * 60)

    def ports(
        self, connector: DoNotDisturbWriter
    ) -> tuple[Callable[[], DoNotDisturb], Callable[[DoNotDisturb], DoNotDisturb], _Restore[DoNotDisturb]]:
        """Return the connector's methods: read, set, restore."""
        return connector.read_do_not_disturb, connector.set_do_not_disturb, connector.restore_do_not_disturb

    def hands(self, vendor: DoNotDisturbVendor) -> tuple[Callable[[DoNotDisturb], None], Callable[[], DoNotDisturb]]:
        """Return the vendor's methods: put, shown."""
        return vendor.put_do_not_disturb, vendor.shown_do_not_disturb


class AutoReplyWriterContract(_SettingContract[AutoReply]):
    """What :class:`deepday.connect.AutoReplyWriter` promises."""

    empty = AutoReply()

    def ours(self, until: int) -> AutoReply:
        """Return a value of ours with that end."""
        return AutoReply(enabled=True, text="In deep work; urgent: Grace.", start=until - HOUR, until=until)

    def later_ours(self, until: int) -> AutoReply:
        """Return another value of ours with that end."""
        return AutoReply(enabled=True, text="In deep work all day.", start=until - HOUR, until=until)

    def theirs(self, until: int) -> AutoReply:
        """Return a value that a person would choose, with that end."""
        return AutoReply(
            enabled=True,
            text="On holiday.\nBack soon.",
            text_outside="On holiday.",
            start=until - HOUR,
            until=until,
            audience=Audience.ALL,
        )

    def ports(
        self, connector: AutoReplyWriter
    ) -> tuple[Callable[[], AutoReply], Callable[[AutoReply], AutoReply], _Restore[AutoReply]]:
        """Return the connector's methods: read, set, restore."""
        return connector.read_auto_reply, connector.set_auto_reply, connector.restore_auto_reply

    def hands(self, vendor: AutoReplyVendor) -> tuple[Callable[[AutoReply], None], Callable[[], AutoReply]]:
        """Return the vendor's methods: put, shown."""
        return vendor.put_auto_reply, vendor.shown_auto_reply

    def test_people_outside_get_nothing_unless_asked_for(
        self, connector: AutoReplyWriter, vendor: AutoReplyVendor
    ) -> None:
        """The audience is the one that was asked for."""
        connector.set_auto_reply(self.ours(vendor.now() + HOUR))
        assert vendor.shown_auto_reply().audience is Audience.NONE


class PresenceWriterContract(_SettingContract[Presence]):
    """What :class:`deepday.connect.PresenceWriter` promises."""

    empty = Presence()

    def ours(self, until: int) -> Presence:
        """Return a value of ours with that end."""
        return Presence(Availability.DO_NOT_DISTURB, until)

    def later_ours(self, until: int) -> Presence:
        """Return another value of ours with that end."""
        return Presence(Availability.BUSY, until)

    def theirs(self, until: int) -> Presence:
        """Return a value that a person would choose, with that end."""
        return Presence(Availability.AWAY, until)

    def ports(
        self, connector: PresenceWriter
    ) -> tuple[Callable[[], Presence], Callable[[Presence], Presence], _Restore[Presence]]:
        """Return the connector's methods: read, set, restore."""
        return connector.read_presence, connector.set_presence, connector.restore_presence

    def hands(self, vendor: PresenceVendor) -> tuple[Callable[[Presence], None], Callable[[], Presence]]:
        """Return the vendor's methods: put, shown."""
        return vendor.put_presence, vendor.shown_presence
