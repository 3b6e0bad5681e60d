"""Ports for the settings of an account that hold one value: status, do not disturb, automatic reply, presence.

All four work alike: read what is there (the caller keeps it as the baseline), set ours with an end that the vendor
keeps, restore the baseline if the value is still ours.

A ``read_...`` must return the vendor's present value, empty when it ended or none is set.

A ``set_...`` must hand ``until`` to the vendor, so that the value ends without us, and must return the value as the
vendor settled it (vendors escape texts, round times, rename emoji): callers compare with that. Setting the same value
twice is setting it once. An empty value clears.

A ``restore_...`` gets every value that was ``written`` since the baseline was taken, and ``before``, the baseline. It
must read first and decide by :func:`deepday.connect.restoring.restoration`: write ``before`` only if the present value
is one of ours or ended by itself, the empty value if ``before`` itself is over, and nothing at all if a person changed
it meanwhile. Must not write without having read.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from deepday.connect.restoring import Restored
from deepday.errors import DeepdayError
from deepday.model import AnySetting, AutoReply, DoNotDisturb, Presence, SettingKind, Status


@runtime_checkable
class StatusWriter(Protocol):
    """Reads and writes the visible line with an emoji.

    Must refuse a text longer than the vendor takes with :class:`~deepday.errors.UnsupportedError` rather than cut it.
    """

    def read_status(self) -> Status:
        """Return the present value."""
        ...

    def set_status(self, value: Status) -> Status:
        """Write the value, and return it as the vendor settled it."""
        ...

    def restore_status(self, written: Sequence[Status], before: Status) -> Restored[Status]:
        """Write the baseline back if the value is still ours, and say what was done."""
        ...


@runtime_checkable
class DoNotDisturbWriter(Protocol):
    """Holds notifications until an instant.

    May round the end up to the vendor's step (a minute). Must not shorten what the person chose: ``restore`` with a
    later end in ``before`` sets that end again.
    """

    def read_do_not_disturb(self) -> DoNotDisturb:
        """Return the present value."""
        ...

    def set_do_not_disturb(self, value: DoNotDisturb) -> DoNotDisturb:
        """Write the value, and return it as the vendor settled it."""
        ...

    def restore_do_not_disturb(self, written: Sequence[DoNotDisturb], before: DoNotDisturb) -> Restored[DoNotDisturb]:
        """Write the baseline back if the value is still ours, and say what was done."""
        ...


@runtime_checkable
class AutoReplyWriter(Protocol):
    """Reads and writes the automatic mail answer.

    Must return texts as people wrote them, without the wrapping that a vendor adds. Must not answer people outside
    the organisation unless ``audience`` says so.
    """

    def read_auto_reply(self) -> AutoReply:
        """Return the present value."""
        ...

    def set_auto_reply(self, value: AutoReply) -> AutoReply:
        """Write the value, and return it as the vendor settled it."""
        ...

    def restore_auto_reply(self, written: Sequence[AutoReply], before: AutoReply) -> Restored[AutoReply]:
        """Write the baseline back if the value is still ours, and say what was done."""
        ...


@runtime_checkable
class PresenceWriter(Protocol):
    """Reads and writes the dot that the person asks for.

    Must raise :class:`~deepday.errors.UnsupportedError` for a value that the vendor does not know. May have no effect
    while nobody is signed in; the read then says so.
    """

    def read_presence(self) -> Presence:
        """Return the present value."""
        ...

    def set_presence(self, value: Presence) -> Presence:
        """Write the value, and return it as the vendor settled it."""
        ...

    def restore_presence(self, written: Sequence[Presence], before: Presence) -> Restored[Presence]:
        """Write the baseline back if the value is still ours, and say what was done."""
        ...


@runtime_checkable
class SettingsBatcher(Protocol):
    """Reads, sets and restores several settings of an account together; for vendors that take many calls in one.

    Each of the three makes one request, a restore one to look and at most one to write.

    An account has it beside the writers of the settings, and promises the same for each. What became of one says
    nothing of another: each comes with its value, or with the error that its own method would raise. Raises what
    befell the request as a whole.
    """

    def read_settings(self, kinds: Sequence[SettingKind]) -> Mapping[SettingKind, AnySetting | DeepdayError]:
        """Return the present values."""
        ...

    def set_settings(self, values: Mapping[SettingKind, AnySetting]) -> Mapping[SettingKind, AnySetting | DeepdayError]:
        """Write the values, and return them as the vendor settled them."""
        ...

    def restore_settings(
        self, past: Mapping[SettingKind, tuple[Sequence[AnySetting], AnySetting]]
    ) -> Mapping[SettingKind, Restored[AnySetting] | DeepdayError]:
        """Write the baselines back where the values are still ours, and say what was done.

        ``past``: for each what a ``restore_...`` gets, the values written and the baseline.
        """
        ...
