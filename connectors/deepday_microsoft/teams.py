"""Reads and writes the presence and the status message of Teams."""

from collections.abc import Mapping, Sequence
from typing import Any

from deepday.connect import Feature, Restoration, Restored, restoration
from deepday.errors import UnsupportedError
from deepday.model import Presence, Status
from deepday_microsoft.graph import Graph
from deepday_microsoft.part import Part, Tuning
from deepday_microsoft.presence import PAIRS, duration, message_of, shown_presence, status_of
from deepday_microsoft.settings import Settings


class Teams(Part):
    """Satisfies :class:`deepday.connect.StatusWriter` and :class:`deepday.connect.PresenceWriter`.

    Graph does not tell what presence was asked for, nor until when: it shows the one that it computes. So an end is
    known only of what this object wrote, and availabilities that Teams also computes by itself (available, away) are
    known only then.
    """

    def __init__(self, graph: Graph, settings: Settings, tuning: Tuning) -> None:
        super().__init__(graph, settings, tuning)
        self._asked = Presence()

    @property
    def _presence_path(self) -> str:
        if not self.settings.object_id:
            raise UnsupportedError("Presence needs the person's object ID.", "Connect again with it as --user.")
        return f"/users/{self.settings.object_id}/presence"

    def _shown(self) -> Mapping[str, Any]:
        return self.graph.get(self._presence_path, Feature.STATUS)

    def _do(self, action: str, body: Mapping[str, Any], refused: str) -> None:
        answer = self.graph.send("POST", f"{self._presence_path}/{action}", body=body)
        if answer.status == 400:
            raise UnsupportedError(refused, "Shorten or change it.")
        error = self.graph.refused(answer, Feature.STATUS, safe=False)
        if error:
            raise error

    def read_status(self) -> Status:
        """Return the status message; see :class:`deepday.connect.StatusWriter`."""
        value = status_of(self._shown().get("statusMessage"))
        return Status() if value.over(self.graph.now()) else value

    def set_status(self, value: Status) -> Status:
        """Write the status message; see :class:`deepday.connect.StatusWriter`."""
        wanted = Status() if value.over(self.graph.now()) else value
        message = message_of(wanted)
        self._do("setStatusMessage", {"statusMessage": message}, "Teams refuses this status message.")
        return status_of(message)

    def restore_status(self, written: Sequence[Status], before: Status) -> Restored[Status]:
        """Write the baseline back if the value is still ours; see :class:`deepday.connect.StatusWriter`."""
        found = restoration(self.read_status(), written, before, Status(), self.graph.now())
        if found.done is not Restoration.RESTORED:
            return found
        return Restored(found.done, self.set_status(found.value))

    def read_presence(self) -> Presence:
        """Return the presence that was asked for, as far as Graph shows it; see above."""
        return self._read_presence((self._asked,))

    def _read_presence(self, known: Sequence[Presence]) -> Presence:
        """Return what is shown; as one of ``known`` where it looks the same, for Graph keeps the ends to itself."""
        now = self.graph.now()
        shown = self._shown()
        pair = (shown.get("availability"), shown.get("activity"))
        for one in known:
            if not one.empty and not one.over(now) and pair == PAIRS[one.availability]:
                return one
        return shown_presence(pair)

    def set_presence(self, value: Presence) -> Presence:
        """Ask for a presence; see :class:`deepday.connect.PresenceWriter`."""
        now = self.graph.now()
        if value.empty or value.over(now):
            self._do("clearUserPreferredPresence", {}, "Teams refuses to clear the presence.")
            self._asked = Presence()
            return self._asked
        availability, activity = PAIRS[value.availability]
        body = {"availability": availability, "activity": activity}
        if value.until:
            body["expirationDuration"] = duration(value.until - now)
        self._do("setUserPreferredPresence", body, "Teams refuses this presence.")
        self._asked = value
        return value

    def restore_presence(self, written: Sequence[Presence], before: Presence) -> Restored[Presence]:
        """Write the baseline back if the value is still ours; see :class:`deepday.connect.PresenceWriter`."""
        current = self._read_presence([self._asked, *written])
        found = restoration(current, written, before, Presence(), self.graph.now())
        if found.done is not Restoration.RESTORED:
            return found
        return Restored(found.done, self.set_presence(found.value))
