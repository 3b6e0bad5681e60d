"""Options, clouds and scopes: what is understood, and what is refused in words."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from deepday.connect import AccountProvider, Feature, Port, load
from deepday.errors import InputError
from deepday_microsoft import MicrosoftConnector
from deepday_microsoft.settings import read_settings
from tests.connectors.microsoft.microsoft_office import CLIENT, SCOPES, serve

RULES = {
    "contract_suites",
    "fault_matrix",
    "idempotent_creates",
    "conditional_writes",
    "no_write_retries",
    "cursors",
    "request_budget",
    "least_scopes",
    "base_url",
    "sign_in",
    "secrets_stay_inside",
    "known_limits",
}
GOOD = {"client-id": CLIENT}


def test_the_connector_is_found_by_name() -> None:
    connector = load("microsoft")
    assert isinstance(connector, MicrosoftConnector)
    provider: AccountProvider = connector
    assert isinstance(provider, AccountProvider)
    names = [option.name for option in connector.sign_in_options()]
    assert len(names) == len(set(names))
    assert {"client-id", "tenant", "cloud", "base-url", "allow", "device-code", "certificate", "user"} <= set(names)
    assert connector.title


@pytest.mark.parametrize(
    "wrong",
    [
        {"client-id": ""},
        {"client-id": "me"},
        {"tenant": "a/b"},
        {"cloud": "moon"},
        {"allow": "everything"},
        {"allow": "activity"},
        {"base-url": "ftp://x"},
        {"base-url": "http://"},
        {"base-url": "http://user:pw@host"},
        {"base-url": "http://[::1"},
        {"user": "ada@corp.example"},
        {"certificate": "file:/app.pem"},
        {"certificate": "file:/app.pem", "user": "ada@corp.example"},
        {"certificate": "the secret itself", "user": "u", "tenant": "corp.example"},
    ],
)
def test_options_that_cannot_be_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError) as raised:
        read_settings({**GOOD, **wrong})
    assert raised.value.advice
    assert "secret itself" not in repr(raised.value)


@pytest.mark.parametrize(
    ("cloud", "login", "graph"),
    [
        ("global", "https://login.microsoftonline.com/common", "https://graph.microsoft.com/v1.0"),
        ("usgov", "https://login.microsoftonline.us/common", "https://graph.microsoft.us/v1.0"),
        ("usgov-dod", "https://login.microsoftonline.us/common", "https://dod-graph.microsoft.us/v1.0"),
        ("china", "https://login.partner.microsoftonline.cn/common", "https://microsoftgraph.chinacloudapi.cn/v1.0"),
    ],
)
def test_each_cloud_has_its_addresses(cloud: str, login: str, graph: str) -> None:
    settings = read_settings({**GOOD, "cloud": cloud, "allow": "status"})
    assert (settings.authority, settings.graph_url) == (login, graph)
    if cloud != "global":
        assert all(scope.startswith(graph.removesuffix("v1.0")) for scope in settings.scopes())
    assert ("Presence.ReadWrite" in " ".join(settings.scopes())) is (cloud != "china")


def test_a_base_url_stands_for_both_hosts() -> None:
    settings = read_settings({**GOOD, "base-url": "http://127.0.0.1:8765/"})
    assert (settings.login_url, settings.graph_url) == ("http://127.0.0.1:8765", "http://127.0.0.1:8765/v1.0")
    assert settings.authority == "https://login.microsoftonline.com/common"


def test_reading_is_always_allowed_and_nothing_else_unasked() -> None:
    assert read_settings(GOOD).allow == {Feature.READ}
    assert read_settings({**GOOD, "allow": " blocks , replies"}).allow == {
        Feature.READ,
        Feature.BLOCKS,
        Feature.REPLIES,
    }
    assert read_settings({**GOOD, "allow": "blocks"}).scopes() == ["Calendars.ReadWrite"]


def test_presence_is_missing_in_china_and_said_so() -> None:
    with serve() as here, here.opened(SCOPES, cloud="china") as account:
        said = account.capabilities()
    assert not {Port.PRESENCE_WRITER, Port.STATUS_WRITER} & said.ports
    assert any("this cloud" in one.words for one in said.degraded if one.port is Port.PRESENCE_WRITER)


def test_the_connector_is_light_until_it_is_used() -> None:
    heavy = "{'msal', 'httpx', 'cryptography', 'icalendar'}"
    code = f"import sys, deepday_microsoft; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_scorecard_is_complete() -> None:
    import deepday_microsoft  # noqa: PLC0415

    card = tomllib.loads((Path(deepday_microsoft.__file__).parent / "quality.toml").read_text(encoding="utf-8"))
    assert set(card["rules"]) == RULES
    assert {rule["status"] for rule in card["rules"].values()} <= {"done", "todo", "exempt"}
    assert all(rule["note"] for rule in card["rules"].values())
    with serve() as here, here.opened() as account:
        assert {Port(name) for name in card["ports"]} == account.capabilities().ports
