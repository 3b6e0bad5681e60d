"""Reads and writes the presence and the status message of Teams."""

from collections.abc import Mapping, Sequence
from typing import Any

from deepday.connect import Feature, Restoration, Restored, restoration
from deepday.connect.http import Answer
from deepday.errors import UnsupportedError
from deepday.model import Presence, Status
from deepday_microsoft.graph import Ask, Graph
from deepday_microsoft.part import Part, Tuning
from deepday_microsoft.presence import PAIRS, duration, message_of, shown_presence, status_of
from deepday_microsoft.settings import Settings

STATUS_REFUSED = "Teams refuses this status message."
PRESENCE_REFUSED = "Teams refuses this presence."


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

    def _do(self, wanted: Ask, refused: str) -> None:
        self.teams_done(self.graph.send(wanted.method, wanted.path, body=wanted.body), refused)

    def teams_done(self, answer: Answer, refused: str) -> None:
        """See to it that Teams did what was asked. Raises :class:`UnsupportedError` in the words of ``refused``."""
        if answer.status == 400:
            raise UnsupportedError(refused, "Shorten or change it.")
        error = self.graph.refused(answer, Feature.STATUS, safe=False)
        if error:
            raise error

    def teams_asked(self) -> Ask:
        """Return the request that reads presence and status message."""
        return Ask(self._presence_path)

    def read_status(self) -> Status:
        """Return the status message; see :class:`deepday.connect.StatusWriter`."""
        return self.status_shown(self._shown())

    def status_shown(self, shown: Mapping[str, Any]) -> Status:
        """Return the status message that Graph shows."""
        return self._not_over(status_of(shown.get("statusMessage")))

    def set_status(self, value: Status) -> Status:
        """Write the status message; see :class:`deepday.connect.StatusWriter`."""
        self._do(self.status_wanted(value), STATUS_REFUSED)
        return self.status_settled(value)

    def status_wanted(self, value: Status) -> Ask:
        """Return the request that writes it."""
        message = message_of(self._not_over(value))
        return Ask(f"{self._presence_path}/setStatusMessage", method="POST", body={"statusMessage": message})

    def status_settled(self, value: Status) -> Status:
        """Return the status message as Teams keeps it."""
        return status_of(message_of(self._not_over(value)))

    def _not_over(self, value: Status) -> Status:
        return Status() if value.over(self.graph.now()) else value

    def restore_status(self, written: Sequence[Status], before: Status) -> Restored[Status]:
        """Write the baseline back if the value is still ours; see :class:`deepday.connect.StatusWriter`."""
        found = restoration(self.read_status(), written, before, Status(), self.graph.now())
        if found.done is not Restoration.RESTORED:
            return found
        return Restored(found.done, self.set_status(found.value))

    def read_presence(self) -> Presence:
        """Return the presence that was asked for, as far as Graph shows it; see above."""
        return self.presence_shown(self._shown())

    def presence_shown(self, shown: Mapping[str, Any], written: Sequence[Presence] = ()) -> Presence:
        """Return what is shown, with the end that we gave it where that is known: Graph keeps the ends to itself."""
        now = self.graph.now()
        pair = (shown.get("availability"), shown.get("activity"))
        for one in (self._asked, *written):
            if not one.empty and not one.over(now) and pair == PAIRS[one.availability]:
                return one
        return shown_presence(pair)

    def set_presence(self, value: Presence) -> Presence:
        """Ask for a presence; see :class:`deepday.connect.PresenceWriter`."""
        self._do(self.presence_wanted(value), PRESENCE_REFUSED)
        return self.presence_settled(value)

    def presence_wanted(self, value: Presence) -> Ask:
        """Return the request that asks for it."""
        now = self.graph.now()
        if value.empty or value.over(now):
            return Ask(f"{self._presence_path}/clearUserPreferredPresence", method="POST", body={})
        availability, activity = PAIRS[value.availability]
        body = {"availability": availability, "activity": activity}
        if value.until:
            body["expirationDuration"] = duration(value.until - now)
        return Ask(f"{self._presence_path}/setUserPreferredPresence", method="POST", body=body)

    def presence_settled(self, value: Presence) -> Presence:
        """Remember what was asked for, and return it."""
        self._asked = Presence() if value.empty or value.over(self.graph.now()) else value
        return self._asked

    def restore_presence(self, written: Sequence[Presence], before: Presence) -> Restored[Presence]:
        """Write the baseline back if the value is still ours; see :class:`deepday.connect.PresenceWriter`."""
        current = self.presence_shown(self._shown(), written)
        found = restoration(current, written, before, Presence(), self.graph.now())
        if found.done is not Restoration.RESTORED:
            return found
        return Restored(found.done, self.set_presence(found.value))
