import os
import pickle
import sys
from pathlib import Path

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend

from deepday.connect import keyrings
from deepday.connect import secrets as module
from deepday.connect.secrets import SecretReference
from deepday.errors import InputError
from deepday.model import Secret
from deepday.testing import listening

CANARY = "xoxb-canary-0123456789"
needs_posix = pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")


class OwnKeyring(KeyringBackend):
    """A keyring that counts as trusted where a test says so."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def own_keyring(monkeypatch: pytest.MonkeyPatch) -> OwnKeyring:
    made = OwnKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    monkeypatch.setattr(keyrings.trusted_keyring, "__defaults__", (keyrings.TRUSTED | {__name__},))
    return made


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{CANARY}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_secret_shows_itself_to_nobody_by_accident() -> None:
    secret = Secret(CANARY)
    assert CANARY not in f"{secret} {secret!r} {secret!s} {[secret]} {secret:>40}" + "%s" % secret  # noqa: UP031
    with pytest.raises(TypeError, match="pickled") as refused:
        pickle.dumps(secret)
    assert CANARY not in str(refused.value)
    assert secret.reveal() == CANARY
    assert secret == Secret(CANARY) != Secret("other")
    assert secret != CANARY
    assert not Secret("")


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPDAY_TEST_TOKEN", CANARY)
    assert SecretReference.parse("env:DEEPDAY_TEST_TOKEN").resolve() == Secret(CANARY)
    monkeypatch.setenv("DEEPDAY_TEST_TOKEN", "later")
    assert SecretReference.parse("env:DEEPDAY_TEST_TOKEN").resolve().reveal() == "later"


def test_a_file_without_the_newline_at_its_end(secret_file: Path) -> None:
    assert SecretReference.parse(f"file:{secret_file}").resolve().reveal() == CANARY


@needs_posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_file_that_others_may_read_is_refused(secret_file: Path, mode: int) -> None:
    secret_file.chmod(mode)
    with pytest.raises(InputError, match="others may read it") as refused:
        SecretReference.parse(f"file:{secret_file}").resolve()
    assert refused.value.advice == f"Run: chmod 600 {secret_file}"


@needs_posix
def test_a_file_of_somebody_else_is_refused(secret_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fstat

    def of_another(handle: int) -> os.stat_result:
        facts = list(real(handle))
        facts[4] = os.geteuid() + 1
        return os.stat_result(facts)

    monkeypatch.setattr(os, "fstat", of_another)
    with pytest.raises(InputError, match="belongs to somebody else"):
        SecretReference.parse(f"file:{secret_file}").resolve()


@needs_posix
def test_a_link_leads_to_the_file_that_is_checked(secret_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(secret_file)
    assert SecretReference.parse(f"file:{link}").resolve().reveal() == CANARY
    secret_file.chmod(0o644)
    with pytest.raises(InputError, match="others may read it"):
        SecretReference.parse(f"file:{link}").resolve()


@needs_posix
def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for path in (pipe, tmp_path, tmp_path / "nothing"):
        with pytest.raises(InputError):
            SecretReference.parse(f"file:{path}").resolve()


def test_too_large_a_file_and_one_that_is_no_text(secret_file: Path) -> None:
    for content in (b"x" * 70_000, CANARY.encode() + b"\xff\xfe"):
        secret_file.write_bytes(content)
        with pytest.raises(InputError) as refused:
            SecretReference.parse(f"file:{secret_file}").resolve()
        assert refused.value.__context__ is None


def test_a_keyring(own_keyring: OwnKeyring) -> None:
    own_keyring.set_password("deepday/slack", "bot", CANARY)
    assert SecretReference.parse("keyring:deepday/slack/bot").resolve() == Secret(CANARY)
    with pytest.raises(InputError, match="missing or empty"):
        SecretReference.parse("keyring:deepday/user").resolve()
    with pytest.raises(InputError, match="names a service and a user"):
        SecretReference.parse("keyring:deepday").resolve()


class PlaintextKeyring(OwnKeyring):
    __module__ = "keyrings.alt.file"


def chain(*members: KeyringBackend) -> KeyringBackend:
    class Chain(keyring.backends.chainer.ChainerBackend):
        __module__ = "keyring.backends.chainer"
        backends = members

    return Chain()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    "backend",
    [
        keyring.backends.fail.Keyring(),  # type: ignore[no-untyped-call]
        keyring.backends.null.Keyring(),  # type: ignore[no-untyped-call]
        PlaintextKeyring(),
        chain(PlaintextKeyring()),
        chain(),
    ],
)
def test_a_keyring_that_protects_nothing_is_refused(backend: KeyringBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    with pytest.raises(InputError, match="does not protect secrets"):
        SecretReference.parse("keyring:deepday/bot").resolve()


def test_a_chain_is_as_good_as_its_worst_member(own_keyring: OwnKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = chain(own_keyring), chain(own_keyring, PlaintextKeyring())
    monkeypatch.setattr(keyring, "get_keyring", lambda: good)
    assert keyrings.trusted_keyring() is good
    monkeypatch.setattr(keyring, "get_keyring", lambda: bad)
    with pytest.raises(InputError, match="PlaintextKeyring"):
        keyrings.trusted_keyring()


def command(program: str) -> SecretReference:
    return SecretReference.parse(f'command:"{sys.executable}" -c "{program}"')


def test_a_command_without_a_shell() -> None:
    assert command(f"print('{CANARY}')").resolve().reveal() == CANARY
    assert command("import sys; print(sys.argv[1:])").resolve().reveal() == "[]"
    echoed = SecretReference.parse(f'command:"{sys.executable}" -c "import sys; print(sys.argv[1])" $HOME;id').resolve()
    assert echoed.reveal() == "$HOME;id"


@pytest.mark.parametrize(
    "program",
    [
        f"print('{CANARY}'); raise SystemExit(3)",
        "print()",
        "print('x' * 100000)",
        f"import sys; sys.stdout.buffer.write(b'{CANARY}' + bytes([255]))",
    ],
)
def test_a_command_that_fails_is_said_without_what_it_wrote(program: str) -> None:
    with pytest.raises(InputError) as refused:
        command(program).resolve()
    assert CANARY not in f"{refused.value.what} {refused.value.advice}"
    assert refused.value.__context__ is None


def test_a_command_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMMAND_SECONDS", 0.1)
    with pytest.raises(InputError, match=r"longer than 0\.1 seconds"):
        command("import threading; threading.Event().wait()").resolve()


@pytest.mark.parametrize("words", ["no-such-program-anywhere --flag", '"unclosed'])
def test_a_command_that_cannot_be_run(words: str) -> None:
    with pytest.raises(InputError, match="cannot be run"):
        SecretReference.parse(f"command:{words}").resolve()


@pytest.mark.parametrize("text", [CANARY, "", "env:", "vault:secret", "ENV:NAME", f"https://{CANARY}@host"])
def test_what_is_no_reference_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InputError, match="no reference") as refused:
        SecretReference.parse(text)
    assert CANARY not in f"{refused.value.what} {refused.value.advice}"


def test_a_reference_shows_its_scheme_only(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = SecretReference.parse(f"env:{CANARY}")
    monkeypatch.delenv(CANARY, raising=False)
    with listening() as logged, pytest.raises(InputError) as refused:
        reference.resolve()
    assert CANARY not in f"{reference!r} {reference} {refused.value.what} {refused.value.advice} {logged}"
