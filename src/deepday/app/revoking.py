"""Ending all that deepday was allowed to do: what is done when a token, a key or this machine is in wrong hands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepday.app.accounts import Accounts, opened_accounts, provider_named
from deepday.app.leaving import still_there
from deepday.app.storing import open_existing_store
from deepday.clock import Clock
from deepday.config.paths import data_folder, database_location, key_file
from deepday.connect import GrantEnder
from deepday.errors import DeepdayError
from deepday.store.tokens import SignIn

AGAIN = "deepday revoke-all"


@dataclass(frozen=True, slots=True)
class EndedAccount:
    """What became of one account.

    ``ended``: nothing opens it any more. ``forgotten``: its tokens are deleted here; they are kept, and used for
    nothing else, while its access could not be ended. ``left``: sentences on what is to be done by hand.
    """

    account: str
    provider: str
    ended: bool
    forgotten: bool
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revoked:
    """What was done. ``left``: what concerns no single account; ``notes``: what to know."""

    accounts: tuple[EndedAccount, ...]
    keys_renewed: bool
    left: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether all was done, and nothing is left to do."""
        return self.keys_renewed and not self.left and all(one.ended and not one.left for one in self.accounts)


@dataclass(frozen=True, slots=True)
class Reach:
    """What there is to end: accounts, and in words what is still deepday's in them."""

    accounts: tuple[tuple[str, str], ...]
    still_there: tuple[str, ...]


def reach(clock: Clock) -> Reach:
    """Return what there is to end. Raises :class:`NotEnoughDataError` where there is no store."""
    open_existing_store(clock).close()
    with opened_accounts(clock) as accounts:
        found = tuple((one.provider, one.account) for one in accounts.tokens.sign_ins())
        return Reach(found, tuple(still_there(accounts.protecting())))


def revoke_all(clock: Clock) -> Revoked:
    """End the access to every account at its vendor, delete the tokens, and make all keys anew.

    Each step is done whatever came of those before it, and may be done again: what is over stays over, what failed is
    tried again. Raises :class:`NotEnoughDataError` where there is no store.
    """
    open_existing_store(clock).close()
    with opened_accounts(clock) as accounts:
        sign_ins = accounts.tokens.sign_ins()
        for one in sign_ins:  # first of all: a service that runs must not go on with them
            accounts.tokens.stop_using(one.account, one.provider)
        ended = tuple(_ended(accounts, one) for one in sign_ins)
        left = [f"Still in {one}: sign in again, then run deepday restore --all." for one in _ours(accounts)]
        problem = _keys_made_anew(accounts)
    return Revoked(ended, not problem, (*left, *problem), tuple(_notes(ended)))


def _ended(accounts: Accounts, sign_in: SignIn) -> EndedAccount:
    left, ended, repeat = _at_the_vendor(accounts, sign_in)
    forgotten = False
    if not repeat:
        try:
            forgotten = accounts.tokens.remove(sign_in.account, sign_in.provider)
        except DeepdayError as error:
            left = (*left, f"Its tokens are not deleted: {error.what} Run again: {AGAIN}")
    return EndedAccount(sign_in.account, sign_in.provider, ended, forgotten, left)


def _at_the_vendor(accounts: Accounts, sign_in: SignIn) -> tuple[tuple[str, ...], bool, bool]:
    """End the access there; return what is left, whether it is over, and whether it is worth another try."""
    by_hand: Sequence[str] = (f"End it in the settings of your account at {sign_in.provider}.",)
    try:
        provider = provider_named(sign_in.provider)
        if not isinstance(provider, GrantEnder):
            return tuple(by_hand), False, False
        by_hand = provider.end_by_hand(sign_in.options)
    except DeepdayError as error:
        return (f"{error.what} Mend that and run again: {AGAIN}. Or by hand:", *by_hand), False, True
    try:
        tokens = accounts.tokens.load(sign_in.account, sign_in.provider, even_refused=True)
    except DeepdayError as error:
        return (f"{error.what} So it is ended by hand only:", *by_hand), False, False
    try:
        left = provider.end_grant(sign_in.options, tokens, accounts.clock)
    except DeepdayError as error:
        return (f"{error.what} Run again: {AGAIN}. Or by hand:", *by_hand), False, True
    return left, not left, False


def _ours(accounts: Accounts) -> list[str]:
    try:
        return list(still_there(accounts.protecting()))
    except DeepdayError as error:
        return [f"an account there may be events or settings of deepday's ({error.what})"]


def _keys_made_anew(accounts: Accounts) -> tuple[str, ...]:
    """Make the keys anew; return what hindered it, in words."""
    try:
        accounts.tokens.rotate(keep_old=not _own_keys())
    except DeepdayError as error:
        return (f"The keys were not made anew: {error.what} {error.advice} Then run again: {AGAIN}",)
    return ()


def _own_keys() -> bool:
    """Tell whether nothing but this store is sealed with the master keys: they lie in a file beside it."""
    return key_file().exists() and database_location() == data_folder() / "deepday.sqlite"


def _notes(ended: Sequence[EndedAccount]) -> Iterator[str]:
    if _own_keys():
        yield "What is sealed in backups from before opens no more with the new key. Make one now: deepday backup"
    else:
        yield "The old master key is kept, since other stores may be sealed with it; nothing in this one is any more."
    for one in ended:
        if one.forgotten:
            yield f"To use {one.account} again: deepday connect {one.provider}"
