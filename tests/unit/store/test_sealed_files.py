"""Files sealed with a passphrase: they open as they were, or not at all."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepday.errors import DeepdayError, InputError
from deepday.model import Secret
from deepday.store import sealed_files
from deepday.store.sealed_files import is_sealed, open_file, seal_file

WORDS = Secret("correct horse battery staple")
PIECE = 64 * 1024
HEADER = 40
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_files, "_COST", 4)  # what it costs to guess is no matter here


def sealed(folder: Path, content: bytes) -> Path:
    plain, made = folder / "plain", folder / "sealed"
    plain.write_bytes(content)
    seal_file(plain, made, WORDS)
    return made


def opened(path: Path, words: Secret = WORDS) -> bytes:
    target = path.with_name("opened")
    open_file(path, target, words)
    return target.read_bytes()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_sealed_opens_as_it_was_and_shows_nothing_of_itself(tmp_path: Path, size: int) -> None:
    content = (b"canary" * (size // 6 + 1))[:size]
    made = sealed(tmp_path, content)
    assert opened(made) == content
    assert is_sealed(made)
    assert not is_sealed(tmp_path / "plain")
    assert b"canary" not in made.read_bytes()


def test_two_files_of_the_same_content_have_nothing_in_common(tmp_path: Path) -> None:
    first = sealed(tmp_path, b"x" * 100).read_bytes()
    second = sealed(tmp_path, b"x" * 100).read_bytes()
    assert first[:17] == second[:17]
    assert not {first[at : at + 8] for at in range(17, 100)} & {second[at : at + 8] for at in range(17, 100)}


@quick
@given(st.data())
def test_a_file_in_which_one_bit_is_another_does_not_open(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(sealed(tmp_path, b"a" * (2 * PIECE + 5)).read_bytes())
    at = data.draw(st.integers(0, HEADER) | st.integers(HEADER, len(content) - 1))
    bit = data.draw(st.integers(0, 7))
    if at == 16:
        bit = 0  # a cost of its own: a far greater one is refused below
    content[at] ^= 1 << bit
    changed = tmp_path / "changed"
    changed.write_bytes(content)
    with pytest.raises(DeepdayError):
        opened(changed)


@pytest.mark.parametrize("keep", [HEADER, HEADER + PIECE + 16, HEADER + PIECE + 17, HEADER - 1, 0])
def test_a_file_that_was_cut_off_does_not_open(tmp_path: Path, keep: int) -> None:
    made = sealed(tmp_path, b"a" * (2 * PIECE + 5))
    made.write_bytes(made.read_bytes()[:keep])
    with pytest.raises(DeepdayError):
        opened(made)


def test_pieces_that_were_swapped_repeated_or_added_do_not_open(tmp_path: Path) -> None:
    whole = sealed(tmp_path, b"a" * PIECE + b"b" * PIECE + b"c").read_bytes()
    size = PIECE + 16
    head, first, second, last = whole[:HEADER], whole[HEADER:][:size], whole[HEADER + size :][:size], whole[-17:]
    assert head + first + second + last == whole
    for parts in ((second, first, last), (first, first, second, last), (first, last), (first, second, last, last)):
        (tmp_path / "sealed").write_bytes(head + b"".join(parts))
        with pytest.raises(DeepdayError):
            opened(tmp_path / "sealed")


def test_another_passphrase_a_short_one_and_a_cost_that_nobody_can_pay_are_refused(tmp_path: Path) -> None:
    made = sealed(tmp_path, b"canary")
    with pytest.raises(InputError, match="passphrase does not open"):
        opened(made, Secret("correct horse battery stable"))
    with pytest.raises(InputError, match="fewer than 12"):
        seal_file(tmp_path / "plain", made, Secret("too short"))
    content = bytearray(made.read_bytes())
    content[16] = 63
    made.write_bytes(content)
    with pytest.raises(InputError, match="can open"):
        opened(made)
