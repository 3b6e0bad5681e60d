"""Blocks in a calendar of deepday's own instead of the primary one: made when it is chosen, taken away with the rest.

Colleagues' free/busy look-ups do not see it: that is its limit, and each account says so in its capabilities.
"""

from dataclasses import replace
from typing import cast

from deepday.connect import CalendarMaker, Port
from deepday.errors import UnsupportedError
from deepday.reconcile.accounts import ConnectedAccount

LIMIT = "Colleagues' free/busy look-ups do not see deepday's own calendar: they may still book over a block there."


def in_own_calendar(account: ConnectedAccount, marker: str, name: str, zone: str = "UTC") -> ConnectedAccount:
    """Return the account with its own calendar as the one that blocks are written to, made where there is none.

    Raises :class:`UnsupportedError` where the account makes no calendars, and as the account does.
    """
    if not _makes(account):
        raise UnsupportedError(
            f"{account.name} at {account.provider} lets deepday make no calendar.",
            f"Run: deepday connect {account.provider} --allow own-calendar",
        )
    made = cast("CalendarMaker", account.account).ensure_own_calendar(name, marker, zone)
    return replace(account, calendar=made.id)


def take_back_calendar(account: ConnectedAccount, marker: str) -> str:
    """Delete the account's own calendar, after everything of ours in it was taken back.

    Returns why it stays, in words; empty when it is gone, or never was. Raises as the account does.
    """
    if not _makes(account) or not account.calendar:
        return ""
    if cast("CalendarMaker", account.account).remove_own_calendar(account.calendar, marker):
        return ""
    return f"The calendar {account.place} stays: deepday did not make it, or something is still in it."


def _makes(account: ConnectedAccount) -> bool:
    return Port.CALENDAR_MAKER in account.account.capabilities().ports
