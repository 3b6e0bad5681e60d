"""Whole files, sealed with a passphrase: AES-256-GCM in pieces, with a key that scrypt (RFC 7914) makes of it.

A file is a header, then pieces of 64 KiB, each sealed with the header as associated data. The nonce of a piece is a
random beginning, its number, and whether it is the last one: so pieces cannot be left out, repeated, moved or cut off
(the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015). The salt is random, so each file has a
key of its own.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from deepday.errors import DeepdayError, InputError
from deepday.model import Secret

SHORTEST = 12
"""Characters of a passphrase; a shorter one is soon guessed by whoever has the file."""

_MAGIC = b"deepday sealed 1"
_HEADER = struct.Struct(">16sB16s7s")  # magic, cost, salt, beginning of the nonces
_PIECE = 64 * 1024
_TAG = 16
_COST = 17  # 2**17 rounds over 128 MiB: what OWASP names as the least for scrypt with r = 8, p = 1
_MOST_COST = 20
_MOST_PIECES = 2**32


def is_sealed(path: Path) -> bool:
    """Tell whether a file begins as a sealed one does."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def seal_file(plain: Path, sealed: Path, passphrase: Secret) -> None:
    """Write what is in ``plain`` into the existing file ``sealed``, read that again, and see that it is the same.

    Raises :class:`InputError` for a passphrase that is too short, :class:`DeepdayError` where it does not open again.
    """
    if len(passphrase.reveal()) < SHORTEST:
        raise InputError(f"The passphrase has fewer than {SHORTEST} characters.", "Use a longer one.")
    header = _HEADER.pack(_MAGIC, _COST, os.urandom(16), os.urandom(7))
    cipher, beginning = _cipher(header, passphrase)
    digest = hashlib.sha256()
    with plain.open("rb") as source, sealed.open("wb") as target:
        target.write(header)
        for number, piece, last in _pieces(source, _PIECE):
            digest.update(piece)
            target.write(cipher.encrypt(_nonce(beginning, number, last=last), piece, header))
        target.flush()
        os.fsync(target.fileno())
    again = hashlib.sha256()
    for piece in _opened(sealed, passphrase):
        again.update(piece)
    if again.digest() != digest.digest():
        raise DeepdayError(f"{sealed} does not hold what was written.", "Check the disk, then run this again.")


def open_file(sealed: Path, plain: Path, passphrase: Secret) -> None:
    """Write what was sealed into the existing file ``plain``.

    Raises :class:`InputError` for another passphrase or a newer deepday's file, :class:`DeepdayError` for a damaged
    one.
    """
    with plain.open("wb") as target:
        for piece in _opened(sealed, passphrase):
            target.write(piece)


def _opened(sealed: Path, passphrase: Secret) -> Iterator[bytes]:
    with sealed.open("rb") as source:
        header = source.read(_HEADER.size)
        if len(header) < _HEADER.size or not header.startswith(_MAGIC) or header[len(_MAGIC)] > _MOST_COST:
            raise InputError(f"{sealed} is no sealed file that this deepday can open.", "Install the newest deepday.")
        cipher, beginning = _cipher(header, passphrase)
        for number, piece, last in _pieces(source, _PIECE + _TAG):
            try:
                yield cipher.decrypt(_nonce(beginning, number, last=last), piece, header)
            except InvalidTag:
                if number:
                    raise DeepdayError(f"{sealed} is damaged or cut off.", "Take another one.") from None
                raise InputError(
                    f"The passphrase does not open {sealed}, or the file is damaged.", "Try another one."
                ) from None


def _pieces(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield the pieces of a file with their numbers, and of each whether it is the last; at least one."""
    piece = source.read(size)
    for number in range(_MOST_PIECES):
        after = source.read(size)
        yield number, piece, not after
        if not after:
            return
        piece = after
    raise InputError("The file is too large to be sealed.", "Back it up by other means.")


def _nonce(beginning: bytes, number: int, *, last: bool) -> bytes:
    return beginning + struct.pack(">IB", number, last)


def _cipher(header: bytes, passphrase: Secret) -> tuple[AESGCM, bytes]:
    _, cost, salt, beginning = _HEADER.unpack(header)
    key = Scrypt(salt=salt, length=32, n=2**cost, r=8, p=1).derive(passphrase.reveal().encode("utf-8"))
    return AESGCM(key), beginning
