"""The settings of an account in memory. Each ends by itself when the office's clock says so."""

from collections.abc import Sequence
from typing import TypeVar

from deepday.connect.memory.part import Part
from deepday.connect.restoring import Restoration, Restored, restoration
from deepday.errors import UnsupportedError
from deepday.model import AutoReply, DoNotDisturb, Presence, Setting, Status

_LONGEST_STATUS = 100
_ValueT = TypeVar("_ValueT", bound=Setting)


class SettingsPart(Part):
    """Satisfies the ports of :mod:`deepday.connect.ports.settings`."""

    def read_status(self) -> Status:
        """Return the present value."""
        with self.call("read_status"):
            return self._present(self.office.status, Status())

    def set_status(self, value: Status) -> Status:
        """Write the value, and return it as settled: white space is collapsed."""
        if len(value.text) > _LONGEST_STATUS:
            raise UnsupportedError(f"A status has at most {_LONGEST_STATUS} characters.", "Choose a shorter text.")
        with self.call("set_status"):
            self.office.status = Status(" ".join(value.text.split()), value.emoji, value.until)
            return self.office.status

    def restore_status(self, written: Sequence[Status], before: Status) -> Restored[Status]:
        """Write the baseline back if the value is still ours."""
        done = self._decide(self.read_status(), written, before, Status())
        return self._settled(done, self.set_status(done.value)) if _must_write(done) else done

    def read_do_not_disturb(self) -> DoNotDisturb:
        """Return the present value."""
        with self.call("read_do_not_disturb"):
            return self._present(self.office.do_not_disturb, DoNotDisturb())

    def set_do_not_disturb(self, value: DoNotDisturb) -> DoNotDisturb:
        """Write the value, and return it as settled: rounded up to a full minute from now."""
        with self.call("set_do_not_disturb"):
            minutes = -(-max(0, value.until - self.office.now()) // 60)
            self.office.do_not_disturb = DoNotDisturb(self.office.now() + minutes * 60 if minutes else 0)
            return self.office.do_not_disturb

    def restore_do_not_disturb(self, written: Sequence[DoNotDisturb], before: DoNotDisturb) -> Restored[DoNotDisturb]:
        """Write the baseline back if the value is still ours."""
        done = self._decide(self.read_do_not_disturb(), written, before, DoNotDisturb())
        return self._settled(done, self.set_do_not_disturb(done.value)) if _must_write(done) else done

    def read_auto_reply(self) -> AutoReply:
        """Return the present value."""
        with self.call("read_auto_reply"):
            return self._present(self.office.auto_reply, AutoReply())

    def set_auto_reply(self, value: AutoReply) -> AutoReply:
        """Write the value, and return it as settled."""
        with self.call("set_auto_reply"):
            self.office.auto_reply = value
            return value

    def restore_auto_reply(self, written: Sequence[AutoReply], before: AutoReply) -> Restored[AutoReply]:
        """Write the baseline back if the value is still ours."""
        done = self._decide(self.read_auto_reply(), written, before, AutoReply())
        return self._settled(done, self.set_auto_reply(done.value)) if _must_write(done) else done

    def read_presence(self) -> Presence:
        """Return the present value."""
        with self.call("read_presence"):
            return self._present(self.office.presence, Presence())

    def set_presence(self, value: Presence) -> Presence:
        """Write the value, and return it as settled."""
        with self.call("set_presence"):
            self.office.presence = value
            return value

    def restore_presence(self, written: Sequence[Presence], before: Presence) -> Restored[Presence]:
        """Write the baseline back if the value is still ours."""
        done = self._decide(self.read_presence(), written, before, Presence())
        return self._settled(done, self.set_presence(done.value)) if _must_write(done) else done

    def _present(self, value: _ValueT, empty: _ValueT) -> _ValueT:
        return empty if value.over(self.office.now()) else value

    def _decide(
        self, current: _ValueT, written: Sequence[_ValueT], before: _ValueT, empty: _ValueT
    ) -> Restored[_ValueT]:
        return restoration(current, written, before, empty, self.office.now())

    @staticmethod
    def _settled(done: Restored[_ValueT], value: _ValueT) -> Restored[_ValueT]:
        return Restored(done.done, value)


def _must_write(done: Restored[_ValueT]) -> bool:
    return done.done is Restoration.RESTORED
