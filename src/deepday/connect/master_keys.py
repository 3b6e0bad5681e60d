"""Where the master key of the tokens is kept: the system's keyring, or else a file that only its owner may read.

The master key never enters the database, so that a copy of the database opens nothing. Both places hold the same few
lines of JSON: the keys by id, in base64, and which one is current. There is no place in the clear: without a keyring
that protects secrets it is a file of mode 0600, which its owner's backups should treat as what it is.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Callable, Collection
from pathlib import Path

from deepday.connect.keyrings import trusted_keyring
from deepday.connect.private_file import read_private, write_private
from deepday.errors import InputError
from deepday.model import MasterKey

_BYTES = 32
_SERVICE = "deepday"
_NAME = "master-keys"
_BROKEN = "Restore it from a copy; or delete it, which gives up the stored tokens, and sign in again: deepday connect."


class MasterKeys:
    """The master keys in one place; satisfies :class:`deepday.store.tokens.MasterKeySource`.

    ``read`` returns what is kept there (``None``: nothing yet), ``write`` replaces it.
    """

    def __init__(self, place: str, read: Callable[[], str | None], write: Callable[[str], None]) -> None:
        self._place = place
        self._read = read
        self._write = write

    def current(self) -> MasterKey:
        """Return the key that wraps; the first one is made when it is first asked for."""
        name, keys = self._load()
        return MasterKey(name, keys[name]) if name else self.add()

    def find(self, key_id: str) -> MasterKey | None:
        """Return the key of that id, if it is still kept."""
        _, keys = self._load()
        return MasterKey(key_id, keys[key_id]) if key_id in keys else None

    def add(self) -> MasterKey:
        """Make a new key, and make it the current one; the older ones are kept until :meth:`keep_only`."""
        _, keys = self._load()
        made = MasterKey(secrets.token_hex(8), secrets.token_bytes(_BYTES))
        self._save(made.id, keys | {made.id: made.key})
        return made

    def keep_only(self, key_ids: Collection[str]) -> None:
        """Throw all other keys away, but the current one."""
        name, keys = self._load()
        kept = {one: key for one, key in keys.items() if one == name or one in key_ids}
        if kept != keys:
            self._save(name, kept)

    def _load(self) -> tuple[str, dict[str, bytes]]:
        text = self._read()
        if text is None:
            return "", {}
        found = _parse(text)
        if found is None:
            raise InputError(f"The master key in {self._place} is damaged.", _BROKEN)
        return found

    def _save(self, name: str, keys: dict[str, bytes]) -> None:
        encoded = {other: base64.b64encode(key).decode("ascii") for other, key in keys.items()}
        self._write(json.dumps({"current": name, "keys": encoded}))


def _parse(text: str) -> tuple[str, dict[str, bytes]] | None:
    """Return the current id and all keys; ``None`` when they are damaged: a decoder's error would hold them."""
    try:
        data = json.loads(text)
        keys = {str(name): base64.b64decode(key, validate=True) for name, key in data["keys"].items()}
        current = str(data["current"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        return None
    return (current, keys) if current in keys and all(len(key) == _BYTES for key in keys.values()) else None


def keys_in_file(path: Path) -> MasterKeys:
    """Return the master keys in a file; it is made with mode 0600 when the first one is.

    Every use raises :class:`InputError` when others may read the file, or it belongs to somebody else.
    """

    def read() -> str | None:
        return read_private(path).decode("utf-8", "replace") if path.exists() or path.is_symlink() else None

    return MasterKeys(str(path), read, lambda text: write_private(path, text.encode("utf-8")))


def keys_in_keyring() -> MasterKeys:
    """Return the master keys in the system's keyring.

    Raises :class:`InputError` when there is none that protects secrets; every use does when it is locked.
    """
    import keyring.errors  # noqa: PLC0415 - start-up time

    backend = trusted_keyring()

    def read() -> str | None:
        try:
            return backend.get_password(_SERVICE, _NAME)
        except keyring.errors.KeyringError:
            raise InputError("The keyring did not give the master key.", "Unlock it and try again.") from None

    def write(text: str) -> None:
        try:
            backend.set_password(_SERVICE, _NAME, text)
        except keyring.errors.KeyringError:
            raise InputError("The keyring did not take the master key.", "Unlock it and try again.") from None

    return MasterKeys("the keyring", read, write)


def master_keys(file: Path) -> MasterKeys:
    """Return the master keys: those in ``file`` if it exists, else in the keyring, else in ``file``, made when needed.

    A file that exists comes first, because tokens may be wrapped with what is in it.
    """
    if file.exists():
        return keys_in_file(file)
    try:
        return keys_in_keyring()
    except InputError:
        return keys_in_file(file)
