"""Signing in and renewing while something on the way answers in Entra's place, or Entra answers what makes no sense."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from deepday.connect import SignedIn
from deepday.connect.memory.tokens import MemoryTokens
from deepday.errors import DeepdayError, FatalError, RetryLaterError
from deepday.testing import listening
from deepday_microsoft import MicrosoftConnector
from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.microsoft.microsoft_office import ADA, EARLIER, MicrosoftOffice, serve
from tests.connectors.microsoft.microsoft_person import Person

HTML = f"<html><title>Free WiFi</title>{ADA}, accept our terms".encode()
ODD = [
    (200, HTML, RetryLaterError),
    (302, b"", RetryLaterError),
    (400, HTML, RetryLaterError),
    (403, HTML, RetryLaterError),
    (404, HTML, RetryLaterError),
    (403, b'{"message": "blocked by proxy"}', RetryLaterError),
    (403, b'{"error": {"code": 403, "message": "blocked"}}', RetryLaterError),
    (403, b'{"error": "blocked_by_policy"}', RetryLaterError),
    (200, b"{}", RetryLaterError),
    (200, b"null", RetryLaterError),
    (200, b'{"access_token": ', RetryLaterError),
    (200, b"[" * 100_000, RetryLaterError),
    (200, f'["{ADA}"]'.encode(), FatalError),
    (400, b"17", FatalError),
    (400, b'{"error": "invalid_request"}', FatalError),
    (400, b'{"error": "odd", "error_codes": [1234567]}', FatalError),
]
ODD_TOKENS = [
    *ODD,
    (200, f'{{"access_token": "x", "id_token": "{ADA}"}}'.encode(), FatalError),
    (200, f'{{"access_token": "x", "id_token": "a.{ADA}.c"}}'.encode(), FatalError),
    (200, b'{"access_token": "x", "expires_in": "soon"}', FatalError),
    (200, b'{"access_token": "x", "scope": 7}', FatalError),
]


@pytest.fixture
def here() -> Iterator[MicrosoftOffice]:
    with serve() as office:
        yield office


def sign_in(here: MicrosoftOffice, person: Person, **more: str) -> SignedIn:
    return MicrosoftConnector().sign_in(here.options(**more), person, here.clock)


def by_code(here: MicrosoftOffice, **more: str) -> SignedIn:
    return sign_in(here, Person(here.clock), **{"device-code": "yes", **more})


def odd(path: str, status: int, content: bytes) -> Fault:
    return Fault(FaultKind.INSTEAD, path=path, status=status, content=content, times=-1)


def tells_nothing(error: DeepdayError, logged: Sequence[str]) -> bool:
    """Whether neither the error nor anything that hangs on it, nor the log, holds what was answered."""
    told = "\n".join([repr(error), error.what, error.advice, *logged])
    return ADA not in told and error.__cause__ is error.__context__ is None


@pytest.mark.parametrize(("status", "content", "kind"), ODD_TOKENS)
def test_an_odd_answer_to_a_renewal_ends_no_grant(
    here: MicrosoftOffice, status: int, content: bytes, kind: type[DeepdayError]
) -> None:
    given = by_code(here)
    keeper = MemoryTokens(given.tokens, here.clock)
    here.clock.advance(4000)
    with MicrosoftConnector().open_account(ADA, given.options, keeper, here.clock) as account:
        here.office.faults.add(odd("/token", status, content))
        with listening() as logged, pytest.raises(DeepdayError) as raised:
            account.calendars()
        assert type(raised.value) is kind
        assert tells_nothing(raised.value, logged)
        here.office.faults.clear()
        assert len(account.calendars()) == 1


@pytest.mark.parametrize(("status", "content", "kind"), [*ODD, (200, b'{"token_endpoint": 7}', FatalError)])
def test_an_odd_answer_to_the_look_up_of_the_tenant_blames_no_tenant(
    here: MicrosoftOffice, status: int, content: bytes, kind: type[DeepdayError]
) -> None:
    here.office.faults.add(odd("openid-configuration", status, content))
    with listening() as logged, pytest.raises(DeepdayError) as raised:
        by_code(here)
    assert type(raised.value) is kind
    assert tells_nothing(raised.value, logged)


@pytest.mark.parametrize("path", ["/devicecode", "/token"])
@pytest.mark.parametrize("content", [f'["{ADA}"]'.encode(), b'{"access_token": 7, "user_code": 7, "id_token": 7}'])
def test_odd_answers_end_a_sign_in_by_code_in_our_words(here: MicrosoftOffice, path: str, content: bytes) -> None:
    here.office.faults.add(odd(path, 200, content))
    with listening() as logged, pytest.raises((FatalError, RetryLaterError)) as raised:
        by_code(here)
    assert tells_nothing(raised.value, logged)


@pytest.mark.parametrize(("status", "content", "kind"), ODD_TOKENS)
def test_odd_answers_end_a_sign_in_by_browser_in_our_words(
    here: MicrosoftOffice, status: int, content: bytes, kind: type[DeepdayError]
) -> None:
    here.office.faults.add(odd("/token", status, content))
    with listening() as logged, pytest.raises(DeepdayError) as raised:
        sign_in(here, Person(here.clock))
    assert type(raised.value) is kind
    assert tells_nothing(raised.value, logged)


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Fault(FaultKind.RESET_BEFORE, path="/token"), [5, 10, 10]),
        (Fault(FaultKind.RESET_AFTER, path="/token"), [5, 10, 10]),
        (Fault(FaultKind.STATUS, path="/token", status=500), [5, 10, 10]),
        (Fault(FaultKind.STATUS, path="/token", status=503, headers={"Retry-After": "25"}), [5, 25, 10]),
        (Fault(FaultKind.INSTEAD, path="/token", status=200, content=b"<html>Welcome"), [5, 10, 10]),
        (Fault(FaultKind.STATUS, path="/token", status=400, code="slow_down"), [5, 10, 10]),
        (Fault(FaultKind.STATUS, path="/token", status=400, code="authorization_pending"), [5, 5, 5]),
    ],
    ids=lambda value: value.kind + value.code if isinstance(value, Fault) else "",
)
def test_a_lost_look_at_the_device_is_repeated_more_slowly(fault: Fault, waits: list[float]) -> None:
    with serve(next(EARLIER)) as here:
        here.office.faults.add(replace(fault))
        person = Person(here.clock, patience=3)
        given = sign_in(here, person, **{"device-code": "yes"})
    assert given.account == ADA
    assert person.waits == waits


@pytest.mark.parametrize(("status", "content", "kind"), [ODD[0], ODD[3], ODD[5], ODD[12], ODD_TOKENS[-2]])
def test_an_odd_answer_to_an_application_is_told_in_our_words(
    here: MicrosoftOffice, certificate: Mapping[str, str], status: int, content: bytes, kind: type[DeepdayError]
) -> None:
    here.office.faults.add(odd("/token", status, content))
    with listening() as logged, pytest.raises(DeepdayError) as raised:
        sign_in(here, Person(here.clock), **certificate)
    assert type(raised.value) is kind
    assert tells_nothing(raised.value, logged)
