"""Tokens of connected accounts: sealed at rest, refreshed by one caller at a time, saved before they are used."""

import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from deepday.clock import Clock
from deepday.errors import ReconnectNeededError, RetryLaterError
from deepday.model import Secret, TokenSet
from deepday.store import schema
from deepday.store.baselines import reseal_baselines
from deepday.store.case_book import reseal_entries
from deepday.store.database import Database
from deepday.store.leases import signed_in_again
from deepday.store.request_texts import reseal_texts
from deepday.store.sealing import (
    MasterKeySource,
    after_all_keys,
    drop_unused_data_keys,
    make_data_key,
    open_data_key,
    place_of,
    rewrap,
    seal,
    unseal,
    usable_data_key,
)

HOLD_SECONDS = 180
"""How long others wait for whoever refreshes; longer than the exchanges of a refresh may take."""

_LOOK_AGAIN_SECONDS = 0.5
_AGAIN = "Sign in again: deepday connect."
_KINDS = ("access", "refresh", "cache")

Refresh = Callable[[TokenSet], TokenSet]


@dataclass(frozen=True, slots=True)
class SignIn:
    """What may be shown of a connected account. Times are UTC seconds.

    ``granted_at``: when its owner signed in. ``obtained_at`` and ``expires_at`` are the access token's (0: it does
    not expire). ``options``: what the connector needs to open the account. ``refused``: the vendor ended the grant, its
    owner must sign in again.
    """

    account: str
    provider: str
    scopes: frozenset[str]
    granted_at: int
    obtained_at: int
    expires_at: int
    options: Mapping[str, str]
    refused: bool


class TokenStore:
    """The tokens of all accounts, told apart by ``account`` (an address, say) and ``provider``.

    Every method raises as those of :class:`deepday.store.repository.Store` do. ``wait`` passes the given seconds while
    another process refreshes.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        masters: MasterKeySource,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._masters = masters
        self._wait = wait
        self._locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def keeper(self, account: str, provider: str) -> "AccountTokens":
        """Return the tokens of one account, as connectors want them (:class:`deepday.connect.TokenKeeper`)."""
        place_of(account, provider, "", 0)
        return AccountTokens(self, account, provider)

    def sign_ins(self) -> list[SignIn]:
        """Return all connected accounts, sorted; nothing is unsealed."""
        columns = schema.sign_in.c
        with self._database.reading() as connection:
            rows = connection.execute(select(schema.sign_in).order_by(columns.account, columns.provider)).mappings()
            return [
                SignIn(
                    account=row["account"],
                    provider=row["provider"],
                    scopes=frozenset(row["scopes"].split()),
                    granted_at=row["granted_at"],
                    obtained_at=row["obtained_at"],
                    expires_at=row["expires_at"],
                    options=json.loads(row["options"]),
                    refused=bool(row["refused"]),
                )
                for row in rows
            ]

    def load(self, account: str, provider: str, *, even_refused: bool = False) -> TokenSet:
        """Return the tokens, fresh or not.

        Raises :class:`ReconnectNeededError` when there are none, when they cannot be unsealed in their place, or when
        the vendor ended the grant (``even_refused``: not then).
        """
        with self._database.reading() as connection:
            return self._read(connection, account, provider, even_refused=even_refused)[0]

    def save(self, account: str, provider: str, tokens: TokenSet, options: Mapping[str, str] | None = None) -> None:
        """Keep the tokens of a new sign-in in the place of any older ones; ``None`` keeps the options as they were."""
        with self._database.writing() as connection:
            row = _row(connection, account, provider)
            self._write(connection, account, provider, tokens, (row["generation"] if row else 0) + 1, self._now())
            signed_in_again(connection, provider, account)
            if options is not None:
                text = json.dumps(dict(options))
                connection.execute(update(schema.sign_in).where(*_of(account, provider)).values(options=text))

    def remove(self, account: str, provider: str) -> bool:
        """Delete the tokens of an account, and overwrite them in the file; tell whether there were any."""
        with self._database.writing() as connection:
            deleted = connection.execute(delete(schema.sign_in).where(*_of(account, provider))).rowcount
            drop_unused_data_keys(connection)
        self._database.leave_no_log()
        return bool(deleted)

    def stop_using(self, account: str, provider: str) -> None:
        """Let nobody use the tokens any more before a new sign-in, while they are still kept."""
        with self._database.writing() as connection:
            connection.execute(update(schema.sign_in).where(*_of(account, provider)).values(refused=1))

    def rotate(self, *, keep_old: bool = False) -> None:
        """Seal everything anew: with a new data key, wrapped with a new master key. The old ones are thrown away.

        The old master key is kept until all is committed, so that a crash at any point leaves tokens that open; with
        ``keep_old`` for ever, where another store may be sealed with it. What does not open any more stays as it is.
        """
        self._masters.add()
        with self._database.writing() as connection:
            rewrap(connection, self._masters)
            make_data_key(connection, self._masters, after_all_keys(connection, self._now()))
            owners = connection.execute(select(schema.sign_in.c.account, schema.sign_in.c.provider)).all()
            for account, provider in owners:
                tokens, row = self._read(connection, account, provider, even_refused=True)
                self._seal(connection, account, provider, tokens, row["generation"])
            reseal_baselines(connection, self._masters, self._now())
            reseal_texts(connection, self._masters)
            reseal_entries(connection, self._masters)
            drop_unused_data_keys(connection)
            wrapping = set(connection.execute(select(schema.data_key.c.master_id)).scalars())
        if not keep_old:
            self._masters.keep_only(wrapping)
        self._database.leave_no_log()

    def refreshed(self, account: str, provider: str, refresh: Refresh, refused: TokenSet | None = None) -> TokenSet:
        """Return fresh tokens, other than ``refused``; call ``refresh`` where there are none.

        One caller at a time refreshes an account, over all processes; the others wait, then take what it got. New
        tokens are committed before they are returned, the old refresh token stays until then. When ``refresh`` raises
        :class:`ReconnectNeededError` this is remembered: it is not called again before a new sign-in. Raises
        :class:`RetryLaterError` when another process holds the account for too long.
        """
        tokens = self.load(account, provider)
        if self._usable(tokens, refused):
            return tokens
        with self._guard:
            lock = self._locks[account, provider]
        with lock, self._held(account, provider):
            with self._database.reading() as connection:
                tokens, row = self._read(connection, account, provider)
            if self._usable(tokens, refused):
                return tokens  # whoever held the account before us was at it
            try:
                new = refresh(tokens)
            except ReconnectNeededError:
                self._remember_refusal(account, provider, row["generation"])
                raise
            return self._commit(account, provider, tokens, new, row)

    def _usable(self, tokens: TokenSet, refused: TokenSet | None) -> bool:
        if refused is not None and tokens.access == refused.access:
            return False
        return bool(tokens.access) and tokens.fresh(self._now())

    def _commit(self, account: str, provider: str, old: TokenSet, new: TokenSet, row: Mapping[str, Any]) -> TokenSet:
        whole = TokenSet(
            access=new.access,
            refresh=new.refresh or old.refresh,  # some vendors repeat it, others do not
            cache=new.cache or old.cache,
            obtained_at=new.obtained_at or self._now(),
            expires_at=new.expires_at,
            scopes=new.scopes or old.scopes,
        )
        with self._database.writing() as connection:
            found = _row(connection, account, provider)
            if found is None:
                raise ReconnectNeededError(f"{account} was disconnected from {provider} meanwhile.", _AGAIN)
            if found["generation"] != row["generation"]:
                return self._read(connection, account, provider)[0]  # a new sign-in, or another's refresh: it is newer
            self._write(connection, account, provider, whole, row["generation"] + 1, row["granted_at"])
        return whole

    @contextmanager
    def _held(self, account: str, provider: str) -> Iterator[None]:
        """Hold the account against other processes; a hold that its owner lost by a crash ends by itself."""
        holder = secrets.token_hex(8)
        for _ in range(int(HOLD_SECONDS / _LOOK_AGAIN_SECONDS) + 2):
            if self._take(account, provider, holder):
                break
            self._wait(_LOOK_AGAIN_SECONDS)
        else:
            raise RetryLaterError(
                f"Another program refreshes {account} at {provider} for too long.", after=HOLD_SECONDS
            )
        try:
            yield
        finally:
            columns = schema.sign_in.c
            with self._database.writing() as connection:
                mine = update(schema.sign_in).where(*_of(account, provider), columns.holder == holder)
                connection.execute(mine.values(holder="", held_until=0))

    def _take(self, account: str, provider: str, holder: str) -> bool:
        columns, now = schema.sign_in.c, self._now()
        with self._database.writing() as connection:
            free = (columns.holder == "") | (columns.held_until <= now) | (columns.held_until > now + HOLD_SECONDS)
            taken = update(schema.sign_in).where(*_of(account, provider), free)
            return bool(connection.execute(taken.values(holder=holder, held_until=now + HOLD_SECONDS)).rowcount)

    def _remember_refusal(self, account: str, provider: str, generation: int) -> None:
        with self._database.writing() as connection:
            same = (*_of(account, provider), schema.sign_in.c.generation == generation)
            connection.execute(update(schema.sign_in).where(*same).values(refused=1))

    def _read(
        self, connection: Connection, account: str, provider: str, *, even_refused: bool = False
    ) -> tuple[TokenSet, Mapping[str, Any]]:
        row = _row(connection, account, provider)
        if row is None:
            raise ReconnectNeededError(f"{account} is not connected to {provider}.", "Run: deepday connect")
        if row["refused"] and not even_refused:
            raise ReconnectNeededError(f"{provider} ended the access of {account}.", _AGAIN)
        columns, found = schema.token.c, {}
        for sealed in connection.execute(
            select(schema.token).where(columns.account == account, columns.provider == provider)
        ).mappings():
            # The generation that counts is the account's: a row of an earlier one does not open.
            place = place_of(account, provider, sealed["kind"], row["generation"])
            key = open_data_key(connection, self._masters, sealed["key_id"])
            what = f"A token of {account} at {provider}"
            found[sealed["kind"]] = Secret(unseal(key, sealed["nonce"], sealed["sealed"], place, what).decode("utf-8"))
        texts = {kind: found.get(kind, Secret("")) for kind in _KINDS}
        scopes = frozenset(row["scopes"].split())
        return TokenSet(**texts, obtained_at=row["obtained_at"], expires_at=row["expires_at"], scopes=scopes), row

    def _write(
        self, connection: Connection, account: str, provider: str, tokens: TokenSet, generation: int, granted_at: int
    ) -> None:
        values = {
            "generation": generation,
            "granted_at": granted_at,
            "obtained_at": tokens.obtained_at or self._now(),
            "expires_at": tokens.expires_at,
            "scopes": " ".join(sorted(tokens.scopes)),
            "refused": 0,
        }
        if _row(connection, account, provider) is None:
            names = {"account": account, "provider": provider, "holder": "", "held_until": 0}
            connection.execute(insert(schema.sign_in).values(values | names))
        else:
            connection.execute(update(schema.sign_in).where(*_of(account, provider)).values(values))
        self._seal(connection, account, provider, tokens, generation)

    def _seal(self, connection: Connection, account: str, provider: str, tokens: TokenSet, generation: int) -> None:
        key_id, key = usable_data_key(connection, self._masters, self._now())
        columns = schema.token.c
        connection.execute(delete(schema.token).where(columns.account == account, columns.provider == provider))
        for kind in _KINDS:
            text: Secret = getattr(tokens, kind)
            if not text:
                continue
            nonce, sealed = seal(key, text.reveal().encode("utf-8"), place_of(account, provider, kind, generation))
            values = {"account": account, "provider": provider, "kind": kind, "generation": generation}
            sealed_values = {"key_id": key_id, "nonce": nonce, "sealed": sealed}
            connection.execute(insert(schema.token).values(values | sealed_values))

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


@dataclass(frozen=True, slots=True)
class AccountTokens:
    """The tokens of one account; satisfies :class:`deepday.connect.TokenKeeper`, which says what is promised."""

    store: TokenStore
    account: str
    provider: str

    def fresh(self, refresh: Refresh) -> TokenSet:
        """Return fresh tokens."""
        return self.store.refreshed(self.account, self.provider, refresh)

    def renewed(self, refused: TokenSet, refresh: Refresh) -> TokenSet:
        """Return tokens other than those that the vendor refused."""
        return self.store.refreshed(self.account, self.provider, refresh, refused)

    def save(self, tokens: TokenSet) -> None:
        """Keep the tokens of a sign-in."""
        self.store.save(self.account, self.provider, tokens)


def _of(account: str, provider: str) -> tuple[Any, ...]:
    return schema.sign_in.c.account == account, schema.sign_in.c.provider == provider


def _row(connection: Connection, account: str, provider: str) -> Mapping[str, Any] | None:
    row = connection.execute(select(schema.sign_in).where(*_of(account, provider))).mappings().first()
    return None if row is None else dict(row)
