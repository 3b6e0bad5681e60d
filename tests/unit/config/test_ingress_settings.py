"""The settings of the ingress: no secret in the file, no listening beyond this machine without TLS before it."""

import pytest

from deepday.config.ingress_settings import form_address, place_of
from deepday.config.load import parse_settings
from deepday.errors import InputError

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.mark.parametrize("name", ["slack_signing_secret", "secret"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(name: str) -> None:
    table = "[ingress]" if name == "slack_signing_secret" else "[[ingress.alerts]]\nname = 'x'"
    with pytest.raises(InputError) as caught:
        parse_settings(f"{table}\n{name} = '{SECRET}'\n", "deepday.toml")
    assert "not the secret itself" in caught.value.what
    assert SECRET not in caught.value.what + caught.value.advice


@pytest.mark.parametrize("listen", ["0.0.0.0:80", "192.0.2.1:8378", "[::]:8378"])
def test_beyond_this_machine_it_needs_an_address_with_tls(listen: str) -> None:
    with pytest.raises(InputError, match="speaks TLS"):
        parse_settings(f"[ingress]\nlisten = '{listen}'\n", "deepday.toml")
    with pytest.raises(InputError):
        parse_settings(f"[ingress]\nlisten = '{listen}'\naddress = 'http://a.example'\n", "deepday.toml")
    given = parse_settings(f"[ingress]\nlisten = '{listen}'\naddress = 'https://a.example'\n", "deepday.toml")
    assert given.ingress.listen == listen


@pytest.mark.parametrize("listen", ["8378", "host", "host:", ":1", "host:99999", "host:-1", "host:1x"])
def test_a_place_that_cannot_be_is_refused(listen: str) -> None:
    with pytest.raises(InputError, match="write it like"):
        parse_settings(f"[ingress]\nlisten = '{listen}'\n", "deepday.toml")


def test_proxies_are_addresses_or_networks() -> None:
    given = parse_settings("[ingress]\nproxies = ['127.0.0.1', '10.0.0.0/8', '::1']\n", "deepday.toml")
    assert given.ingress.proxies == ("127.0.0.1", "10.0.0.0/8", "::1")
    for wrong in ("*", "cloudflared", "10.0.0.1/8", ""):
        with pytest.raises(InputError, match="no address or network"):
            parse_settings(f"[ingress]\nproxies = ['{wrong}']\n", "deepday.toml")


def test_places_are_read() -> None:
    assert place_of("127.0.0.1:0") == ("127.0.0.1", 0)
    assert place_of("[::1]:8378") == ("::1", 8378)


def test_names_of_alert_sources_are_paths_and_each_is_there_once() -> None:
    source = "[[ingress.alerts]]\nname = '{}'\nsecret = 'env:X'\n"
    for name in ("../x", "A", "", "a/b"):
        with pytest.raises(InputError):
            parse_settings(source.format(name), "deepday.toml")
    with pytest.raises(InputError, match="same name"):
        parse_settings(source.format("a") * 2, "deepday.toml")


def test_the_form_needs_a_place_to_link_to() -> None:
    with pytest.raises(InputError, match="links can lead to"):
        parse_settings("[ingress]\nform = true\n", "deepday.toml")
    given = parse_settings("[ingress]\nform = true\nlisten = '127.0.0.1:8378'\n", "deepday.toml")
    assert form_address(given.ingress) == "http://127.0.0.1:8378"
    assert form_address(parse_settings("", "deepday.toml").ingress) == ""
