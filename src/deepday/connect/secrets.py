"""Secrets in the settings are references: where the secret is, never the secret.

==================== ==========================================================================
``env:NAME``         an environment variable
``file:PATH``        a file that only its owner may read; white space at its end does not count
``keyring:NAME/KEY`` the system's keyring: service, a slash, user name
``command:WORDS``    what a program writes to its standard output; no shell is involved
==================== ==========================================================================

They are looked up at each use and kept nowhere.
"""

import os
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deepday.connect.keyrings import trusted_keyring
from deepday.connect.private_file import read_private
from deepday.errors import InputError
from deepday.model import Secret

COMMAND_SECONDS = 30.0
_MOST = 65_536
_FORMS = "Write env:NAME, file:PATH, keyring:SERVICE/NAME or command:PROGRAM ARGUMENTS."


@dataclass(frozen=True, slots=True)
class SecretReference:
    """Where a secret is. ``scheme`` is ``env``, ``file``, ``keyring`` or ``command``, ``place`` what follows it.

    Only the scheme is shown: what follows may be a secret that somebody wrote there by mistake.
    """

    scheme: str
    place: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``scheme:place``; raises :class:`InputError` for anything else, without repeating it."""
        scheme, colon, place = text.strip().partition(":")
        if not colon or scheme not in _LOOKUPS or not place.strip():
            raise InputError("This is no reference to a secret.", f"{_FORMS} The secret itself does not belong here.")
        return cls(scheme, place.strip())

    def __repr__(self) -> str:
        return f"SecretReference({self.scheme}:…)"

    def resolve(self) -> Secret:
        """Look the secret up. Raises :class:`InputError` when it is missing, empty, or not kept safely."""
        found = _LOOKUPS[self.scheme](self.place)
        if not found:
            raise InputError(f"The secret behind {self.scheme}:… is missing or empty.", _ADVICE[self.scheme])
        return Secret(found)


def _from_environment(name: str) -> str:
    return os.environ.get(name, "")


def _from_file(place: str) -> str:
    text = _text(read_private(Path(place)))
    if text is None:
        raise InputError(f"{place} is no text.", "Name a file that holds the secret in UTF-8.")
    return text.rstrip()


def _text(data: bytes) -> str | None:
    """Decode; ``None`` when it is no text: an error would hold the bytes, and travel with what is raised next."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _from_keyring(place: str) -> str:
    service, slash, name = place.rpartition("/")
    if not (slash and service and name):
        raise InputError("A reference to a keyring names a service and a user.", "Write keyring:SERVICE/NAME.")
    import keyring.errors  # noqa: PLC0415 - start-up time

    backend = trusted_keyring()
    try:
        return backend.get_password(service, name) or ""
    except keyring.errors.KeyringError:
        raise InputError("The keyring did not give the secret.", "Unlock it and try again.") from None


def _from_command(place: str) -> str:
    code, output = _run(place)
    text = _text(output)
    if code or text is None or len(output) > _MOST:
        happened = code if isinstance(code, str) else f"failed (exit {code})"
        raise InputError(f"The command for a secret {happened}.", "Run it yourself to see why.")
    return text.rstrip("\r\n")


def _run(place: str) -> tuple[int | str, bytes]:
    """Return exit code and output, or what happened instead. What it wrote must not travel in an exception."""
    try:
        done = subprocess.run(  # noqa: S603 - the owner's own command, without a shell
            shlex.split(place),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"took longer than {COMMAND_SECONDS:g} seconds", b""
    except (OSError, ValueError) as error:
        return f"cannot be run ({error.__class__.__name__})", b""
    return done.returncode, done.stdout


_LOOKUPS: dict[str, Callable[[str], str]] = {
    "env": _from_environment,
    "file": _from_file,
    "keyring": _from_keyring,
    "command": _from_command,
}
_ADVICE = {
    "env": "Set the variable for the program that runs deepday.",
    "file": "Put the secret into the file.",
    "keyring": "Add it: keyring set SERVICE NAME.",
    "command": "Run the command yourself: it must write the secret to its standard output.",
}
