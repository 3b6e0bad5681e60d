"""Reads and writes the automatic mail answer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from deepday.connect import Feature, Restoration, Restored, restoration
from deepday.connect.http import Answer
from deepday.errors import FatalError
from deepday.model import AutoReply
from deepday_microsoft.graph import Ask
from deepday_microsoft.part import Part
from deepday_microsoft.replies import reply_of, setting_of

_NAME = "automaticRepliesSetting"


class Replies(Part):
    """Satisfies :class:`deepday.connect.AutoReplyWriter`. Graph has no version for this: the last write wins."""

    @property
    def _settings_path(self) -> str:
        return f"{self.settings.mailbox}/mailboxSettings"

    def read_auto_reply(self) -> AutoReply:
        """Return the present value; see :class:`deepday.connect.AutoReplyWriter`."""
        return self.reply_shown(self.graph.send("GET", self.reply_asked().path))

    def reply_asked(self) -> Ask:
        """Return the request that reads it."""
        return Ask(f"{self._settings_path}?{urlencode({'$select': _NAME})}")

    def reply_shown(self, answer: Answer) -> AutoReply:
        """Return the value that an answer shows. Raises what the refusal means."""
        setting = self.graph.read(answer, Feature.REPLIES).get(_NAME)
        if not isinstance(setting, dict):
            raise FatalError("Microsoft 365 does not say what the automatic reply is.", "Try again later.")
        value = reply_of(setting)
        return switched_off(value) if value.over(self.graph.now()) else value

    def set_auto_reply(self, value: AutoReply) -> AutoReply:
        """Write the value; see :class:`deepday.connect.AutoReplyWriter`."""
        wanted = self.reply_wanted(value)
        return self.reply_settled(self.graph.send(wanted.method, wanted.path, body=wanted.body), value)

    def reply_wanted(self, value: AutoReply) -> Ask:
        """Return the request that writes it."""
        return Ask(self._settings_path, method="PATCH", body={_NAME: self._setting_of(value)})

    def reply_settled(self, answer: Answer, value: AutoReply) -> AutoReply:
        """Return the value as it was settled. Raises what the refusal means."""
        settled = self.graph.written(answer, Feature.REPLIES).get(_NAME)
        return reply_of(settled if isinstance(settled, dict) else self._setting_of(value))

    def _setting_of(self, value: AutoReply) -> dict[str, Any]:
        now = self.graph.now()
        return setting_of(switched_off(value) if value.over(now) else value, now)

    def restore_auto_reply(self, written: Sequence[AutoReply], before: AutoReply) -> Restored[AutoReply]:
        """Write the baseline back if the value is still ours; see :class:`deepday.connect.AutoReplyWriter`."""
        now = self.graph.now()
        found = restoration(self.read_auto_reply(), written, before, switched_off(before), now)
        if found.done is not Restoration.RESTORED:
            return found
        return Restored(found.done, self.set_auto_reply(found.value))


def switched_off(value: AutoReply) -> AutoReply:
    """Return the reply switched off; its texts stay, as Outlook keeps them."""
    return replace(value, enabled=False, start=0, until=0)
