"""Status, do not disturb and presence of the owner, with the user token."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from deepday.connect import Restoration, Restored, restoration
from deepday.errors import UnsupportedError
from deepday.model import Availability, DoNotDisturb, Presence, Setting, Status
from deepday_slack.errors import NothingToEndError
from deepday_slack.scopes import Kind
from deepday_slack.translate import presence_of, profile_of, snooze_of, status_of
from deepday_slack.web import SlackApi, nonsense

LONGEST_STATUS: Final = 100
_EMOJI: Final = re.compile(r":[^\s:A-Z]+:(:skin-tone-[2-6]:)?")
_ValueT = TypeVar("_ValueT", bound=Setting)


class SettingWriters:
    """Satisfies StatusWriter, DoNotDisturbWriter and PresenceWriter of :mod:`deepday.connect.ports.settings`."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    def read_status(self) -> Status:
        """Return the present value."""
        found = self._api.call(Kind.USER, lambda web: web.users_profile_get())
        return status_of(_part(found, "profile", safe=True), self._api.now())

    def set_status(self, value: Status) -> Status:
        """Write the value, and return it as Slack settled it."""
        if len(value.text) > LONGEST_STATUS:
            raise UnsupportedError(
                f"A status in Slack has at most {LONGEST_STATUS} characters; this one has {len(value.text)}.",
                "Shorten it.",
            )
        if value.emoji and not _EMOJI.fullmatch(value.emoji):
            raise UnsupportedError("An emoji in Slack is written like :headphones:.", "Write it with colons.")
        profile = profile_of(Status() if value.over(self._api.now()) else value)
        found = self._api.call(Kind.USER, lambda web: web.users_profile_set(profile=profile), safe=False)
        return status_of(_part(found, "profile", safe=False), self._api.now())

    def restore_status(self, written: Sequence[Status], before: Status) -> Restored[Status]:
        """Write the baseline back if the value is still ours."""
        done = self._decide(self.read_status(), written, before, Status())
        return Restored(done.done, self.set_status(done.value)) if _must_write(done) else done

    def read_do_not_disturb(self) -> DoNotDisturb:
        """Return the present snooze; scheduled quiet hours are the owner's own affair."""
        found = self._api.call(Kind.USER, lambda web: web.dnd_info())
        if not isinstance(found.get("snooze_enabled"), bool):
            raise nonsense(safe=True)
        return snooze_of(found, self._api.now())

    def set_do_not_disturb(self, value: DoNotDisturb) -> DoNotDisturb:
        """Write the value, rounded up to full minutes from now, and return it as Slack settled it."""
        minutes = -(-(value.until - self._api.now()) // 60)
        if minutes <= 0:
            return self._end_snooze()
        found = self._api.call(Kind.USER, lambda web: web.dnd_setSnooze(num_minutes=minutes), safe=False)
        settled = snooze_of(found, self._api.now())
        if settled.empty:
            raise nonsense(safe=False)
        return settled

    def _end_snooze(self) -> DoNotDisturb:
        try:
            self._api.call(Kind.USER, lambda web: web.dnd_endSnooze(), safe=False)
        except NothingToEndError:
            if not self.read_do_not_disturb().empty:
                raise
        return DoNotDisturb()

    def restore_do_not_disturb(self, written: Sequence[DoNotDisturb], before: DoNotDisturb) -> Restored[DoNotDisturb]:
        """Write the baseline back if the value is still ours."""
        done = self._decide(self.read_do_not_disturb(), written, before, DoNotDisturb())
        return Restored(done.done, self.set_do_not_disturb(done.value)) if _must_write(done) else done

    def read_presence(self) -> Presence:
        """Return whether the owner asked to be shown as away."""
        found = self._api.call(Kind.USER, lambda web: web.users_getPresence(user=self._api.bundle().user))
        if not isinstance(found.get("presence"), str):
            raise nonsense(safe=True)
        return presence_of(found)

    def set_presence(self, value: Presence) -> Presence:
        """Write the value: away without an end, or nothing.

        Raises :class:`UnsupportedError` for another, and for an end: Slack would not keep it.
        """
        if value.availability not in {Availability.UNSET, Availability.AWAY}:
            raise UnsupportedError("Slack's dot can be set to away only.", "Do without, or use do not disturb.")
        if value.until and not value.empty:
            raise UnsupportedError("Slack keeps no end for away.", "Set it without an end, and clear it in time.")
        wanted = "auto" if value.empty else "away"
        self._api.call(Kind.USER, lambda web: web.users_setPresence(presence=wanted), safe=False)
        return Presence(value.availability)

    def restore_presence(self, written: Sequence[Presence], before: Presence) -> Restored[Presence]:
        """Write the baseline back if the value is still ours."""
        done = self._decide(self.read_presence(), written, before, Presence())
        return Restored(done.done, self.set_presence(done.value)) if _must_write(done) else done

    def _decide(
        self, current: _ValueT, written: Sequence[_ValueT], before: _ValueT, empty: _ValueT
    ) -> Restored[_ValueT]:
        return restoration(current, written, before, empty, self._api.now())


def _must_write(done: Restored[_ValueT]) -> bool:
    return done.done is Restoration.RESTORED


def _part(found: Mapping[str, Any], name: str, *, safe: bool) -> dict[str, Any]:
    part = found.get(name)
    if not isinstance(part, dict):
        raise nonsense(safe=safe)
    return part
