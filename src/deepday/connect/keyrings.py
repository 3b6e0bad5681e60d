"""The system's place for secrets, if it is one: many machines have a keyring in name only."""

from typing import TYPE_CHECKING

from deepday.errors import InputError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

TRUSTED = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
    }
)
"""Modules of keyring's backends that keep secrets encrypted. Others (plain files, "null", "fail") do not."""

_INSTEAD = "Use a key file instead, or a secret of the form file:PATH."


def trusted_keyring(trusted: frozenset[str] = TRUSTED) -> "KeyringBackend":
    """Return the system's keyring.

    Raises :class:`InputError` when this machine has none, or one that keeps secrets in the clear: keyring itself picks
    such a one silently. A chain of keyrings is trusted only if each of them is.
    """
    import keyring  # noqa: PLC0415 - 40 ms that most commands do without

    found = keyring.get_keyring()
    for backend in _chained(found):
        module = type(backend).__module__
        if module not in trusted:
            name = f"{module}.{type(backend).__name__}"
            raise InputError(f"The keyring of this machine ({name}) does not protect secrets.", _INSTEAD)
    return found


def _chained(backend: "KeyringBackend") -> "list[KeyringBackend]":
    if type(backend).__module__ != "keyring.backends.chainer":
        return [backend]
    return [inner for member in getattr(backend, "backends", ()) for inner in _chained(member)] or [backend]
