"""What belongs to the Google face alone, kept in ``office.vendor["google"]``: switches, clients, shares, channels."""

from typing import Any, Final

from deepday_sandbox.office import Office

CLIENT_ID: Final = "sandbox.apps.googleusercontent.com"
CLIENT_SECRET: Final = "GOCSPX-sandbox"  # noqa: S105 - the invented client of an invented vendor


def google(office: Office) -> dict[str, Any]:
    """Return the face's own state; what is missing gets its default.

    Switches, to be set by whoever plays the vendor:

    - ``testing``: the consent screen is in testing mode, refresh tokens die after seven days;
    - ``clients``: OAuth clients, secret by id;
    - ``shares``: who else sees a calendar: ``{calendar id: {address: role}}`` with Google's access roles;
    - ``quota``: ``{"user": n, "project": n, "status": 403 or 429}``, requests per minute of the office's clock;
    - ``empty_pages``: a list begins with an empty page that has a next one, as Google's may;
    - ``push``: ``{"lose": n, "double": n, "reorder": n}``, for the next n notifications, -1 for all;
    - ``longest_channel``: the seconds beyond which a channel's life is cut.
    """
    own: dict[str, Any] = office.vendor.setdefault("google", {})
    own.setdefault("testing", False)
    own.setdefault("clients", {CLIENT_ID: CLIENT_SECRET})
    own.setdefault("shares", {})
    own.setdefault("quota", {})
    own.setdefault("empty_pages", False)
    own.setdefault("push", {})
    own.setdefault("longest_channel", 2_592_000)
    own.setdefault("service_accounts", {})
    own.setdefault("channels", {})
    own.setdefault("lists", {})
    own.setdefault("made", {})  # which client made a secondary calendar
    own.setdefault("grants", [])
    own.setdefault("codes", {})
    own.setdefault("hits", [])
    return own
