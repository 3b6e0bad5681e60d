"""What the parts of an account have in common."""

from deepday_caldav.dav import Dav
from deepday_caldav.settings import Settings


class Part:
    """A part of an account on a CalDAV server."""

    def __init__(self, settings: Settings, dav: Dav) -> None:
        self._settings = settings
        self._dav = dav
