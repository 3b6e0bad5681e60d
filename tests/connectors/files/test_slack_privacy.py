"""No text, name, address or title may leave the reader, whatever is wrong with the export."""

import logging
import traceback
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from deepday.errors import DeepdayError
from tests.connectors.files.slack_workspace import (
    ANN,
    BEN,
    EMAIL,
    ME,
    Workspace,
    at,
    person,
    post,
    read,
    reply,
)

QUOKKA = "quokka"
TEN = at("10:00")


def hashed(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def with_secrets() -> Workspace:
    """A workspace in which every text, name, address and identifier of a channel has the word quokka."""
    workspace = Workspace()
    names: dict[str, Any] = {"name": "quokka-name", "real_name": "Quokka Name"}
    workspace.put(
        "users.json",
        [
            person(ME, EMAIL, **names),
            {"id": ANN, "profile": {"email": "quokka@example.org", "display_name": "quokka"}} | names,
            {"id": 5, "name": "quokka"},
        ],
    )
    workspace.put("channels.json", [{"id": "C0QUOKKA", "name": "general", "topic": {"value": "quokka"}}, "quokka"])
    workspace.put("dms.json", [{"id": "D1", "members": [ME, ANN]}])
    text = f"quokka <@{ME}> quokka"
    more: dict[str, Any] = {
        "user_profile": names,
        "files": [{"title": "quokka.pdf"}],
        "blocks": [{"type": "rich_text", "elements": [{"type": "text", "text": "quokka"}]}],
    }
    workspace.say("general", post(ANN, TEN, text, **more), reply(ME, TEN + 5, TEN, "quokka"))
    workspace.say("D1", post(ANN, TEN, text, **more), post(ME, TEN + 9, "quokka"))
    workspace.say("D1", post(ANN, TEN, text, ts="quokka"), post(BEN, TEN, text, thread_ts="quokka"))
    workspace.say("D1", "quokka", post(ANN, TEN) | {"text": ["quokka"]}, post(ANN, TEN, type="quokka"))
    return workspace


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda data: data,
    "cut": lambda data: data[: data.rindex(b"quokka") + 3],
    "trailing": lambda data: data + b' "quokka"',
    "not quoted": lambda data: data.replace(b'"quokka"', b"quokka"),
    "latin-1": lambda data: data.replace(b"quokka", b"quokka\xe9"),
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "too deep": lambda data: data[:-1] + b"," + b'{"quokka":' * 99 + b"1" + b"}" * 99 + b"]",
    "control": lambda data: data.replace(b"quokka", b"quokka\x00"),
    "object": lambda data: b'{"quokka": ' + data + b"}",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", ["users.json", "channels.json", "general/2026-03-10.json", "D1/2026-03-10.json"])
def test_no_secret_gets_out(tmp_path: Path, caplog: pytest.LogCaptureFixture, file: str, damage: str) -> None:
    caplog.set_level(logging.DEBUG)
    workspace = with_secrets()
    workspace.files[file] = DAMAGES[damage](workspace.files[file])
    told: list[object] = []
    try:
        reading = read(
            workspace.zip(tmp_path / "export.zip"), pseudonym=hashed, progress=lambda *step: told.append(step)
        )
    except DeepdayError as error:
        told += [error.what, error.advice, *traceback.format_exception(error), repr(error.__context__)]
    else:
        told.append(reading)
        assert "general" not in repr(reading.stream)
        assert "D1" not in repr(reading.stream)
    assert QUOKKA not in (repr(told) + caplog.text).lower()


def test_the_rows_are_there_nevertheless(tmp_path: Path) -> None:
    reading = read(with_secrets().zip(tmp_path / "export.zip"), pseudonym=hashed)
    assert len(reading.stream) == 4
    assert sum(reading.stream.mention) == 2
    assert len(reading.skipped) == 7


def test_others_addresses_are_not_told_when_the_owners_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DeepdayError) as caught:
        read(with_secrets().zip(tmp_path / "export.zip"), email="nobody@example.org")
    assert QUOKKA not in "".join(traceback.format_exception(caught.value)).lower()
