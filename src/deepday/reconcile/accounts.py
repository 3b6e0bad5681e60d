"""The accounts of a person that protection works on, and the four settings behind one face."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from deepday.connect import Account, EventWriter, Port, Restored, SettingsBatcher
from deepday.model import AnySetting, Audience, SettingKind
from deepday.store.slots import Target

PORT_OF: dict[SettingKind, Port] = {
    SettingKind.STATUS: Port.STATUS_WRITER,
    SettingKind.DO_NOT_DISTURB: Port.DO_NOT_DISTURB_WRITER,
    SettingKind.AUTO_REPLY: Port.AUTO_REPLY_WRITER,
    SettingKind.PRESENCE: Port.PRESENCE_WRITER,
}

_METHODS: dict[SettingKind, str] = {
    SettingKind.STATUS: "status",
    SettingKind.DO_NOT_DISTURB: "do_not_disturb",
    SettingKind.AUTO_REPLY: "auto_reply",
    SettingKind.PRESENCE: "presence",
}


@dataclass(frozen=True, slots=True)
class SettingPort:
    """Read, set and restore of one setting, as :mod:`deepday.connect.ports.settings` promises them."""

    read: Callable[[], AnySetting]
    write: Callable[[AnySetting], AnySetting]
    restore: Callable[[Sequence[AnySetting], AnySetting], Restored[Any]]


@dataclass(frozen=True, slots=True)
class ConnectedAccount:
    """An open account of a person.

    ``settings``: those that shall be set there. ``calendar``: where blocks are written, the vendor's id; empty for
    nowhere. ``ending``: these are no longer wanted; what is still ours there is taken back. ``reply_to`` as in
    :class:`~deepday.connect.Capabilities`.
    """

    provider: str
    name: str
    account: Account
    settings: tuple[SettingKind, ...] = ()
    calendar: str = ""
    ending: bool = False
    reply_to: frozenset[Audience] = frozenset()

    @property
    def place(self) -> str:
        """The name of its calendar among all calendars of all accounts."""
        return f"{self.provider}/{self.name}/{self.calendar}"

    @property
    def events(self) -> EventWriter:
        """The account as a writer of events."""
        return cast("EventWriter", self.account)

    @property
    def batcher(self) -> SettingsBatcher | None:
        """What reads and sets several settings of the account with one request each; ``None`` where nothing does."""
        return self.account if isinstance(self.account, SettingsBatcher) else None

    def setting(self, kind: SettingKind) -> SettingPort:
        """Return the setting's port."""
        name = _METHODS[kind]
        read, write, restore = (getattr(self.account, f"{verb}_{name}") for verb in ("read", "set", "restore"))
        return SettingPort(read, write, restore)


def reached(target: Target, accounts: Iterable[ConnectedAccount]) -> ConnectedAccount | None:
    """Return the account in which a setting is, if it is open and may be read and set. Raises as the account does."""
    mine = (one for one in accounts if (one.provider, one.name) == (target.provider, target.account))
    return next((one for one in mine if PORT_OF[target.setting] in one.account.capabilities().ports), None)


def connected(
    provider: str, name: str, account: Account, settings: Iterable[SettingKind] = (), calendar: str = ""
) -> ConnectedAccount:
    """Return the account with as much of what is asked for as it announces. May ask the vendor once."""
    found = account.capabilities()
    able = tuple(kind for kind in settings if PORT_OF[kind] in found.ports)
    written = calendar if Port.EVENT_WRITER in found.ports else ""
    return ConnectedAccount(provider, name, account, able, written, reply_to=found.reply_to)
