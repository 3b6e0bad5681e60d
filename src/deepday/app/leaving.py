"""What is still out there of ours, for those who are about to forget how to take it back."""

from collections import Counter
from collections.abc import Iterator

from deepday.config.paths import key_file
from deepday.connect.master_keys import master_keys
from deepday.errors import InputError
from deepday.store.ledger import FINAL
from deepday.store.protecting import ProtectStore
from deepday.store.repository import Store
from deepday.store.tokens import SignIn


def leave_nothing(store: Store, anyway: str, sign_in: SignIn | None = None) -> None:
    """Raise :class:`InputError` where something of ours is in an account, or in any without ``sign_in``.

    ``anyway``: the command that does it all the same.
    """
    left = list(still_there(store.protecting(master_keys(key_file())), sign_in))
    if left:
        raise InputError(
            f"Without this deepday could not take back what is still there: {'; '.join(left)}.",
            f"Run deepday restore --all first. To leave it there: {anyway}",
        )


def still_there(protecting: ProtectStore, sign_in: SignIn | None = None) -> Iterator[str]:
    """Say for each account, or for that one, what is ours in it."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for person in protecting.people():
        known = protecting.known(person)
        for entry in known.entries:
            if entry.state not in FINAL:
                found.setdefault((entry.provider, entry.account), Counter())["event"] += 1
        for slot in known.slots:
            if slot.owned:
                found.setdefault((slot.target.provider, slot.target.account), Counter())[slot.target.setting.value] += 1
    for provider, account in protecting.own_calendars():
        found.setdefault((provider, account), Counter())["calendar of deepday's own"] += 1
    for (provider, account), things in sorted(found.items()):
        if sign_in is None or (provider, account) == (sign_in.provider, sign_in.account):
            yield f"{provider} {account}: {', '.join(_counted(what, number) for what, number in things.items())}"


def _counted(what: str, number: int) -> str:
    return f"{number} {what}s" if number > 1 else f"1 {what}"
