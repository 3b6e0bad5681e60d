"""Tokens go to servers over TLS, or to this machine."""

import pytest

from deepday.connect.addresses import base_address
from deepday.errors import InputError


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", ""),
        (" https://proxy.example.com/graph/ ", "https://proxy.example.com/graph"),
        ("http://127.0.0.1:8701", "http://127.0.0.1:8701"),
        ("http://[::1]:8701/", "http://[::1]:8701"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_private_addresses_are_taken(given: str, address: str) -> None:
    assert base_address(given) == address


@pytest.mark.parametrize(
    "given",
    ["http://example.com", "example.com", "ftp://localhost", "https://", "https://me:pw@example.com", "https://a?b=c",
     "https://a#b", "http://127.0.0.1:0", "http://127.0.0.1:99999", "http://[::1", "http://localhost.example.com"],
)  # fmt: skip
def test_others_are_refused(given: str) -> None:
    with pytest.raises(InputError) as told:
        base_address(given)
    assert "pw" not in told.value.what
