"""Reads and writes several settings of a mailbox and of Teams with one request each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from deepday.connect import Feature
from deepday.connect.http import Answer
from deepday.errors import DeepdayError, FatalError, OutcomeUnknownError
from deepday.model import AnySetting, AutoReply, Presence, SettingKind, Status
from deepday_microsoft.errors import SERVICE
from deepday_microsoft.graph import Ask
from deepday_microsoft.mailbox import Replies
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
        missing = FatalError(f"{SERVICE} left out a part of its answer.", "Try again later.")
        return self._together({kind: self._reading(kind) for kind in kinds}, missing)

    def set_settings(self, values: Mapping[SettingKind, AnySetting]) -> Values:
        """Write the values; see :class:`deepday.connect.SettingsBatcher`."""
        missing = OutcomeUnknownError(f"{SERVICE} left out a part of its answer.")
        return self._together({kind: self._setting(value) for kind, value in values.items()}, missing)

    def _together(self, steps: Mapping[SettingKind, _Step], missing: DeepdayError) -> Values:
        answers = self.graph.batch([step.ask for step in steps.values()])
        found: dict[SettingKind, AnySetting | DeepdayError] = {}
        for (kind, step), answer in zip(steps.items(), answers, strict=True):
            try:
                found[kind] = missing if answer is None else step.read(answer)
            except DeepdayError as error:
                found[kind] = error
        return found

    def _reading(self, kind: SettingKind) -> _Step:
        if kind is SettingKind.AUTO_REPLY:
            return _Step(self.reply_asked(), self.reply_shown)
        if kind is SettingKind.STATUS:
            return _Step(self.teams_asked(), lambda answer: self.status_shown(self.graph.read(answer, Feature.STATUS)))
        return _Step(self.teams_asked(), lambda answer: self.presence_shown(self.graph.read(answer, Feature.STATUS)))

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
