"""Reads and writes several settings of a mailbox and of Teams with one request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from deepday.connect import Feature, Restoration, Restored, restoration
from deepday.connect.http import Answer
from deepday.errors import DeepdayError, FatalError, OutcomeUnknownError
from deepday.model import EMPTY, AnySetting, AutoReply, Presence, SettingKind, Status
from deepday_microsoft.errors import SERVICE
from deepday_microsoft.graph import Ask
from deepday_microsoft.mailbox import Replies, switched_off
from deepday_microsoft.teams import PRESENCE_REFUSED, STATUS_REFUSED, Teams

Values = Mapping[SettingKind, AnySetting | DeepdayError]


@dataclass(frozen=True, slots=True)
class _Step:
    """A request, and what reads its answer; that raises what a refusal means."""

    ask: Ask
    read: Callable[[Answer], AnySetting]


class Together(Replies, Teams):
    """Satisfies :class:`deepday.connect.SettingsBatcher`: a $batch whose parts do not wait for each other.

    Graph answers each part by itself, so that each may fail alone. No part depends on another: what one setting is
    does not hang on what another is.
    """

    def read_settings(self, kinds: Sequence[SettingKind]) -> Values:
        """Return the present values; see :class:`deepday.connect.SettingsBatcher`."""
        return self._read({kind: self._reading(kind) for kind in kinds})

    def set_settings(self, values: Mapping[SettingKind, AnySetting]) -> Values:
        """Write the values; see :class:`deepday.connect.SettingsBatcher`."""
        missing = OutcomeUnknownError(f"{SERVICE} left out a part of its answer.")
        return self._together({kind: self._setting(value) for kind, value in values.items()}, missing)

    def restore_settings(
        self, past: Mapping[SettingKind, tuple[Sequence[AnySetting], AnySetting]]
    ) -> Mapping[SettingKind, Restored[AnySetting] | DeepdayError]:
        """Write the baselines back that are due; see :class:`deepday.connect.SettingsBatcher`."""
        read = self._read({kind: self._reading(kind, written) for kind, (written, _) in past.items()})
        found: dict[SettingKind, Restored[AnySetting] | DeepdayError] = {}
        for kind, (written, before) in past.items():
            current = read[kind]
            if isinstance(current, DeepdayError):
                found[kind] = current
                continue
            empty = switched_off(before) if isinstance(before, AutoReply) else EMPTY[kind]
            found[kind] = restoration(current, written, before, empty, self.graph.now())
        due = {
            kind: one.value
            for kind, one in found.items()
            if isinstance(one, Restored) and one.done is Restoration.RESTORED
        }
        for kind, settled in self._set_all(due).items():
            found[kind] = settled if isinstance(settled, DeepdayError) else Restored(Restoration.RESTORED, settled)
        return found

    def _set_all(self, values: Mapping[SettingKind, AnySetting]) -> Values:
        """Write the values; what befell the request befell each of them."""
        try:
            return self.set_settings(values) if values else {}
        except DeepdayError as error:
            return dict.fromkeys(values, error)

    def _read(self, steps: Mapping[SettingKind, _Step]) -> Values:
        missing = FatalError(f"{SERVICE} left out a part of its answer.", "Try again later.")
        return self._together(steps, missing)

    def _together(self, steps: Mapping[SettingKind, _Step], missing: DeepdayError) -> Values:
        answers = self.graph.batch([step.ask for step in steps.values()])
        found: dict[SettingKind, AnySetting | DeepdayError] = {}
        for (kind, step), answer in zip(steps.items(), answers, strict=True):
            try:
                found[kind] = missing if answer is None else step.read(answer)
            except DeepdayError as error:
                found[kind] = error
        return found

    def _reading(self, kind: SettingKind, written: Sequence[AnySetting] = ()) -> _Step:
        """Return what reads the setting. ``written``: values of ours that it may show."""
        if kind is SettingKind.AUTO_REPLY:
            return _Step(self.reply_asked(), self.reply_shown)
        if kind is SettingKind.STATUS:
            return _Step(self.teams_asked(), lambda answer: self.status_shown(self.graph.read(answer, Feature.STATUS)))
        known = [one for one in written if isinstance(one, Presence)]
        return _Step(self.teams_asked(), lambda answer: self._presence_read(answer, known))

    def _presence_read(self, answer: Answer, written: Sequence[Presence]) -> Presence:
        return self.presence_shown(self.graph.read(answer, Feature.STATUS), written)

    def _setting(self, value: AnySetting) -> _Step:
        if isinstance(value, AutoReply):
            return _Step(self.reply_wanted(value), lambda answer: self.reply_settled(answer, value))
        if isinstance(value, Status):
            return _Step(self.status_wanted(value), lambda answer: self._status_done(answer, value))
        assert isinstance(value, Presence)  # noqa: S101 - there is nothing else at Microsoft
        return _Step(self.presence_wanted(value), lambda answer: self._presence_done(answer, value))

    def _status_done(self, answer: Answer, value: Status) -> Status:
        self.teams_done(answer, STATUS_REFUSED)
        return self.status_settled(value)

    def _presence_done(self, answer: Answer, value: Presence) -> Presence:
        self.teams_done(answer, PRESENCE_REFUSED)
        return self.presence_settled(value)
