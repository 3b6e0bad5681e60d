"""What only reading can tell of the settings for planning: consent of point people, and their calendars."""

from deepday.app.sources import is_address, local_path
from deepday.config.settings import Settings
from deepday.errors import InputError


def check_calendars(settings: Settings) -> None:
    """Raise :class:`InputError` naming every calendar file of point people that is not there."""
    missing = [
        f"The calendar {place} of {one.email} is not there."
        for one in settings.point_people
        for place in one.calendars
        if not is_address(place) and not local_path(place).exists()
    ]
    if missing:
        raise InputError("\n".join(missing), "Correct calendars under [[point_people]].")


def remarks_on_cover(settings: Settings) -> list[str]:
    """Return sentences on point people who are never planned in."""
    said = [
        f"{one.email} has not agreed to cover, and is never planned in; ask, then set agreed = true."
        for one in settings.point_people
        if not one.agreed
    ]
    said += [
        f"No calendar of {one.email} is named: whether they are free cannot be checked."
        for one in settings.point_people
        if one.agreed and not one.calendars
    ]
    return said
