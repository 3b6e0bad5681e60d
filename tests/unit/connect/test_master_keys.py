import json
import os
from collections.abc import Callable
from pathlib import Path

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from deepday.connect import keyrings, master_keys
from deepday.connect.master_keys import MasterKeys, keys_in_file, keys_in_keyring
from deepday.errors import InputError
from deepday.testing import listening

needs_posix = pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")


class OwnKeyring(KeyringBackend):
    priority = 1
    kept: str | None = None
    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        assert (service, username) == ("deepday", "master-keys")
        if self.locked:
            raise keyring.errors.KeyringLocked
        return self.kept

    def set_password(self, service: str, username: str, password: str) -> None:
        assert (service, username) == ("deepday", "master-keys")
        if self.locked:
            raise keyring.errors.KeyringLocked
        self.kept = password


@pytest.fixture
def own_keyring(monkeypatch: pytest.MonkeyPatch) -> OwnKeyring:
    made = OwnKeyring()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    monkeypatch.setattr(keyrings.trusted_keyring, "__defaults__", (frozenset({__name__}),))
    return made


@pytest.fixture(params=["file", "keyring"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> MasterKeys:
    if request.param == "keyring":
        request.getfixturevalue("own_keyring")
        return keys_in_keyring()
    return keys_in_file(tmp_path / "keys" / "master.json")


def test_the_first_key_is_made_once(keys: MasterKeys) -> None:
    assert keys.find("x") is None
    first = keys.current()
    assert len(first.key) == 32
    assert keys.current() == first == keys.find(first.id)


def test_a_new_key_becomes_current_and_the_old_one_stays_while_it_is_named(keys: MasterKeys) -> None:
    first = keys.current()
    second = keys.add()
    assert keys.current() == second != first
    assert keys.find(first.id) == first
    keys.keep_only({first.id})
    assert keys.find(first.id) == first
    keys.keep_only(())
    assert keys.find(first.id) is None
    assert keys.current() == second


def test_a_key_does_not_show_itself(keys: MasterKeys) -> None:
    with listening() as logged:
        key = keys.current()
    assert repr(key.key) not in f"{key!r} {logged}"
    assert key.id in repr(key)


@needs_posix
def test_the_file_is_private_and_refused_when_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.json"
    keys = keys_in_file(path)
    keys.current()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.chmod(0o644)
    uses: list[Callable[[], object]] = [keys.current, keys.add, lambda: keys.find("x")]
    for use in uses:
        with pytest.raises(InputError, match="others may read it"):
            use()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"current": "a"}',
        b'{"current": "a", "keys": {"a": "***"}}',
        b'{"current": "a", "keys": {"a": 3}}',
        b'{"current": "a", "keys": {"a": "YQ=="}}',
        b'{"current": "a", "keys": {}}',
    ],
)
def test_a_damaged_file_is_said_to_be_damaged_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.json"
    path.write_bytes(content)
    path.chmod(0o600)
    for use in (keys_in_file(path).current, keys_in_file(path).add):
        with pytest.raises(InputError, match="is damaged") as refused:
            use()
        assert "deepday connect" in refused.value.advice
        assert refused.value.__context__ is None
    assert path.read_bytes() == content


def test_a_locked_keyring_is_said_to_be_locked(own_keyring: OwnKeyring) -> None:
    own_keyring.locked = True
    with pytest.raises(InputError, match="did not give the master key"):
        keys_in_keyring().current()
    own_keyring.locked, own_keyring.kept = False, None
    keys = keys_in_keyring()
    keys.current()
    assert set(json.loads(own_keyring.kept or "")) == {"current", "keys"}


def test_the_keyring_comes_first_and_a_file_that_exists_before_it(own_keyring: OwnKeyring, tmp_path: Path) -> None:
    file = tmp_path / "master.json"
    key = master_keys.master_keys(file).current()
    assert not file.exists()
    assert key.id in (own_keyring.kept or "")
    in_file = keys_in_file(file).current()
    assert master_keys.master_keys(file).current() == in_file


def test_without_a_keyring_that_protects_secrets_it_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "master.json"
    key = master_keys.master_keys(file).current()
    assert key == keys_in_file(file).current()
