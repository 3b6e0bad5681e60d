"""What comes to the page's own addresses for forms, however odd: an answer that says no, and never an error of ours."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.web.pages import PAGES, WORKING
from tests.unit.web.visitor import OF_THE_PAGE, Site, site_of

PATHS = sorted(path for page in (*PAGES, WORKING) for path in page.actions)
FIELDS = (
    "account", "actions", "against", "agreed", "anew", "apart", "at", "because", "block", "choices",
    "continue_if", "date", "email", "extend", "file", "files", "first", "fixed", "for", "force", "half", "hash",
    "holidays", "hours", "k", "kind", "length", "link", "minutes", "never", "note", "number", "on", "prefer",
    "provider", "question", "quota", "request", "role", "secret", "seen", "shareable", "slot", "stop_if",
    "subject", "text", "title", "titles", "to", "until", "weeks", "wellbeing", "why", "words", "zone",
)  # fmt: skip
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"

odd = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["-1", "0", "9" * 400, "1e999", "nan", "2026-02-30", "9999-12-31", "25:61", "\0", "../../etc", "{{7*7}}"]
    ),
)
parts = st.lists(st.tuples(st.sampled_from(FIELDS), odd), max_size=8)
kinds = st.sampled_from(
    [FORM, MULTIPART, f"{MULTIPART}; boundary=x", f"{MULTIPART}; boundary=", "application/json", ""]
)
junk = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([b"%", b"%ff%fe=%00", b"&" * 200, b"a=b&" * 400, b"--x", b"--x\r\n\r\n\r\n--x--", b"=" * 50]),
    st.binary(max_size=60).map(
        lambda data: b'--x\r\nContent-Disposition: form-data; name="' + data + b'"\r\n\r\n\xff\r\n--x--'
    ),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_of(tmp_path_factory.mktemp("site")) as made:
        made.token_of = made.sign_in()
        yield made


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_of(tmp_path_factory.mktemp("stranger")) as made:
        yield made


def addressed(path: str) -> str:
    return re.sub(r"\{\w+\}", "x", path)


@settings(max_examples=150)
@given(path=st.sampled_from(PATHS), fields=parts)
def test_no_form_with_odd_words_makes_an_error_of_ours(site: Site, path: str, fields: list[tuple[str, str]]) -> None:
    body = urlencode([*fields, ("form_token", site.token_of)], errors="replace")
    headers = OF_THE_PAGE | {"Content-Type": FORM}
    answer = site.browser.post(addressed(path), content=body.encode(), headers=headers)
    assert answer.status_code in {200, 303, 400, 404}, (path, site.told)
    assert "Traceback" not in answer.text
    assert site.told == []


@settings(max_examples=100)
@given(path=st.sampled_from(PATHS), body=junk, kind=kinds)
def test_junk_is_refused(site: Site, path: str, body: bytes, kind: str) -> None:
    headers = OF_THE_PAGE | ({"Content-Type": kind} if kind else {})
    answer = site.browser.post(addressed(path), content=body, headers=headers)
    assert 400 <= answer.status_code < 500, path
    assert "Traceback" not in answer.text
    assert site.told == []


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_nothing_is_done(site: Site, path: str) -> None:
    assert site.send(addressed(path)).status_code == 403


@settings(max_examples=30)
@given(body=junk | parts.map(lambda fields: urlencode(fields, errors="replace").encode()), kind=kinds)
def test_nobody_signs_in_by_junk(stranger: Site, body: bytes, kind: str) -> None:
    headers = OF_THE_PAGE | ({"Content-Type": kind} if kind else {})
    assert stranger.browser.post("/sign-in", content=body, headers=headers).status_code in {400, 403, 429}
    assert stranger.told == []
