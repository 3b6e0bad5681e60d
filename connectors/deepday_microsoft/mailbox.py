"""Reads and writes the automatic mail answer."""

from collections.abc import Sequence
from dataclasses import replace

from deepday.connect import Feature, Restoration, Restored, restoration
from deepday.errors import FatalError
from deepday.model import AutoReply
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
        setting = self.graph.get(self._settings_path, Feature.REPLIES, query={"$select": _NAME}).get(_NAME)
        if not isinstance(setting, dict):
            raise FatalError("Microsoft 365 does not say what the automatic reply is.", "Try again later.")
        value = reply_of(setting)
        return _off(value) if value.over(self.graph.now()) else value

    def set_auto_reply(self, value: AutoReply) -> AutoReply:
        """Write the value; see :class:`deepday.connect.AutoReplyWriter`."""
        wanted = _off(value) if value.over(self.graph.now()) else value
        setting = setting_of(wanted, self.graph.now())
        answer = self.graph.send("PATCH", self._settings_path, body={_NAME: setting})
        settled = self.graph.written(answer, Feature.REPLIES).get(_NAME)
        return reply_of(settled if isinstance(settled, dict) else setting)

    def restore_auto_reply(self, written: Sequence[AutoReply], before: AutoReply) -> Restored[AutoReply]:
        """Write the baseline back if the value is still ours; see :class:`deepday.connect.AutoReplyWriter`."""
        now = self.graph.now()
        found = restoration(self.read_auto_reply(), written, before, _off(before), now)
        if found.done is not Restoration.RESTORED:
            return found
        return Restored(found.done, self.set_auto_reply(found.value))


def _off(value: AutoReply) -> AutoReply:
    """Return it switched off; its texts stay, as Outlook keeps them."""
    return replace(value, enabled=False, start=0, until=0)
