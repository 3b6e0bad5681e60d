"""``deepday decline``: nothing without a preview, everything said, off again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from deepday.clock import SystemClock
from deepday.model import ApprovedBlock
from deepday.store import open_store
from deepday.testing import keys_in_memory
from tests.e2e.conftest import Run
from tests.e2e.test_connect import Office, sandbox

ME = "jonna.feldmark@example.com"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with sandbox(tmp_path_factory.mktemp("decline")) as made:
        (made.folder / "client_secret.json").write_bytes(httpx.get(f"{made.url}/client_secret.json").content)
        yield made


def test_without_an_account_there_is_nothing_to_preview(run: Run) -> None:
    for command in ("preview", "on"):
        refused = run("decline", command)
        assert refused.code == 3
        assert "No account is connected." in refused.err


def test_wrong_settings_are_named(run: Run, tmp_path: Path) -> None:
    settings = tmp_path / "home" / "deepday.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[protect.decline]\npeople = ["Grace"]\nlargest_meeting = 1\n')
    refused = run("decline", "preview")
    assert refused.code == 2
    assert '"Grace" is no address' in refused.err
    assert "largest_meeting" in refused.err


def test_it_is_previewed_switched_on_and_off(office: Office) -> None:
    office.folder.joinpath("deepday.toml").write_text(f'[me]\nemail = "{ME}"\nzone = "Europe/Berlin"\n')
    arguments = ["--base-url", office.url, "--client-file", "client_secret.json", "--allow", "answers"]
    assert "Connected:" in office.sign_in("google", *arguments)
    refused = office.run("decline", "on")
    assert refused.code == 2
    assert "deepday decline preview" in refused.err

    clock = SystemClock()
    start = clock.now() + timedelta(seconds=int(office.environment["DEEPDAY_CLOCK_OFFSET"]))
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    blocks = [
        ApprovedBlock(
            f"b{day}", ME, midnight + timedelta(days=day), midnight + timedelta(days=day + 1), "Europe/Berlin"
        )
        for day in range(-28, 15)
    ]
    with open_store(Path(office.environment["DEEPDAY_DATA"]) / "deepday.sqlite", clock) as store:
        store.protecting(keys_in_memory()).approve(blocks, ME)
    shown = office.run("decline", "preview", "--json")
    assert shown.code == 0
    found = shown.json
    assert (found["schema"], found["on_since"]) == ("deepday.decline/2", None)
    everything = {name: len(found[name]) for name in ("past", "now", "kept")}
    assert everything["past"] + everything["kept"] > 0
    assert all(one["why"] for name in everything for one in found[name])
    assert all(datetime.fromisoformat(one["start"]).tzinfo for name in everything for one in found[name])
    text = office.run("decline", "preview")
    assert "Would have been declined in the past 4 weeks" in text.out
    assert "Declining is off." in text.err

    switched = office.run("decline", "on")
    assert switched.code == 0
    assert f"from now on, {start.astimezone(ZoneInfo('Europe/Berlin')):%a %Y-%m-%d}" in switched.err
    again = office.run("decline", "on", "--json").json
    assert (again["schema"], again["on"]) == ("deepday.decline.switch/2", True)
    assert datetime.fromisoformat(again["since"]).tzinfo
    assert "Declining is on since" in office.run("decline", "preview").err
    off = office.run("decline", "off", "--json")
    assert (off.code, off.json["on"]) == (0, False)
    assert office.run("decline", "off").code == 3
