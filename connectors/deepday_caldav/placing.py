"""Where a calendar of deepday's own is: the name of its folder follows from the marker. Pure."""

import base64

_BEGINS = "deepday-"


def folder_of(marker: str) -> str:
    """Return the name of the folder of the calendar with that marker."""
    return f"{_BEGINS}{base64.b32hexencode(marker.encode()).decode().rstrip('=').lower()}"


def folder_in(path: str) -> str:
    """Return the name of the folder at a path."""
    return path.rstrip("/").rpartition("/")[2]


def is_own(path: str) -> bool:
    """Tell whether the folder at a path is one of deepday's, whichever installation made it."""
    return folder_in(path).startswith(_BEGINS)
