"""Who gets in, from where a form may come, and what every answer carries."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deepday.testing import TurnedClock
from deepday.web.guards import FORM_BYTES
from deepday.web.pages import PAGES, WORKING
from deepday.web.sessions import IDLE_SECONDS, LINK_SECONDS, LOGINS_A_MINUTE, WHOLE_SECONDS, Sessions
from tests.unit.web.visitor import HOME, OF_THE_PAGE, Site, site_of

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path) as made:
        yield made


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/healthz", "/static/deepday.css", "/plan"])
def test_every_answer_carries_the_headers(site: Site, path: str) -> None:
    headers = site.browser.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_an_answer_that_refuses_carries_them_too(site: Site) -> None:
    refused = site.browser.get("/", headers={"Host": "evil.example"})
    assert (refused.status_code, refused.headers["content-security-policy"]) == (400, POLICY)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8377", "0.0.0.0", "127.0.0.2", ""]
)
def test_a_name_that_leads_here_by_a_trick_is_refused(site: Site, host: str) -> None:
    assert site.browser.get("/healthz", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8377", "localhost:8377", "[::1]:8377"])
def test_the_pages_own_names_are_answered(site: Site, host: str) -> None:
    assert site.browser.get("/healthz", headers={"Host": host}).text == "ok"


def test_nobody_sees_anything_without_signing_in(site: Site) -> None:
    for page in (*PAGES, WORKING):
        for path in (page.path, *page.views):
            answer = site.browser.get(re.sub(r"\{\w+\}", "x", path))
            assert answer.status_code == 401, path
            assert "deepday open" in answer.text
        for path in page.actions:
            assert site.send(path.format(task="x")).status_code == 401, path


def test_a_link_opens_one_session(site: Site) -> None:
    link = site.sessions.new_link()
    assert len(link) >= 43  # 256 bits, six a character
    first, second = site.send("/sign-in", {"link": link}), site.send("/sign-in", {"link": link})
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert (second.status_code, "set-cookie" in second.headers) == (403, False)


def test_looking_at_a_link_does_not_use_it_up(site: Site) -> None:
    link = site.sessions.new_link()
    shown = site.browser.get("/sign-in", params={"link": link})
    assert (shown.status_code, "set-cookie" in shown.headers) == (200, False)
    assert site.send("/sign-in", {"link": link}).status_code == 303


@pytest.mark.parametrize(("seconds", "status"), [(LINK_SECONDS - 1, 303), (LINK_SECONDS, 403), (-1, 403)])
def test_a_link_lasts_five_minutes(site: Site, seconds: int, status: int) -> None:
    link = site.sessions.new_link()
    site.clock.turn(seconds)
    assert site.send("/sign-in", {"link": link}).status_code == status


def test_what_is_no_link_opens_nothing(site: Site) -> None:
    for link in ("", "x", "../../etc/passwd", "a" * 5000, "\x00"):
        assert site.send("/sign-in", {"link": link}).status_code == 403


def test_the_cookie_is_for_this_page_only(site: Site) -> None:
    cookie = site.send("/sign-in", {"link": site.sessions.new_link()}).headers["set-cookie"]
    assert cookie.startswith("deepday_session=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)
    assert len(cookie.split(";")[0].partition("=")[2]) >= 43


def test_over_https_the_cookie_is_held_to_it(tmp_path: Path) -> None:
    with site_of(tmp_path, "https://deepday.example:443") as site:
        cookie = site.send("/sign-in", {"link": site.sessions.new_link()}).headers["set-cookie"]
    assert cookie.startswith("__Host-deepday=")
    assert "secure" in {part.strip().lower() for part in cookie.split(";")}


def test_signing_in_anew_gives_a_new_id_and_ends_the_old_one(site: Site) -> None:
    site.sign_in()
    old = site.browser.cookies["deepday_session"]
    site.sign_in()
    assert site.browser.cookies["deepday_session"] != old
    assert site.sessions.find(old) is None


def test_signing_out_ends_the_session(site: Site) -> None:
    token = site.sign_in()
    old = site.browser.cookies["deepday_session"]
    assert site.send("/sign-out", {"form_token": token}).status_code == 303
    site.browser.cookies.set("deepday_session", old)
    assert site.browser.get("/").status_code == 401


def test_a_form_without_the_token_cannot_sign_out(site: Site) -> None:
    site.sign_in()
    assert site.send("/sign-out").status_code == 403
    assert site.browser.get("/").status_code == 200


def test_a_session_ends_when_it_is_not_used() -> None:
    clock = TurnedClock()
    sessions = Sessions(clock)
    identity = sessions.open(sessions.new_link())
    assert identity is not None
    for _ in range(3):
        clock.turn(IDLE_SECONDS - 1)
        assert sessions.find(identity) is not None
    clock.turn(IDLE_SECONDS)
    assert sessions.find(identity) is None


def test_a_session_ends_after_a_week_however_much_it_is_used() -> None:
    clock = TurnedClock()
    sessions = Sessions(clock)
    identity = sessions.open(sessions.new_link())
    assert identity is not None
    lasted = 0
    while sessions.find(identity) is not None and lasted < 2 * WHOLE_SECONDS:
        clock.turn(3600)
        lasted += 3600
    assert lasted == WHOLE_SECONDS


def test_ten_tries_a_minute_are_enough_for_anybody(site: Site) -> None:
    answers = [site.send("/sign-in", {"link": "wrong"}).status_code for _ in range(LOGINS_A_MINUTE + 1)]
    assert answers == [403] * LOGINS_A_MINUTE + [429]
    link = site.sessions.new_link()
    assert site.send("/sign-in", {"link": link}).status_code == 429
    site.clock.turn(60)
    assert site.send("/sign-in", {"link": link}).status_code == 303


@pytest.mark.parametrize(
    ("site_header", "origin"),
    [
        ("cross-site", "https://evil.example"),
        ("cross-site", "null"),
        ("same-site", "http://127.0.0.1:9999"),
        ("same-site", "null"),
        ("same-origin", "https://evil.example"),
        ("same-origin", "http://127.0.0.1:9999"),
        ("same-origin", "http://127.0.0.1"),
        ("none", "null"),
        ("none", None),
        ("same-origin", None),
        (None, HOME),
        (None, "null"),
        (None, None),
        ("cross-site", HOME),
    ],
)
def test_a_form_of_another_page_is_refused_even_with_the_right_token(
    site: Site, site_header: str | None, origin: str | None
) -> None:
    token = site.sign_in()
    given = {"Sec-Fetch-Site": site_header, "Origin": origin}
    headers = {name: value for name, value in given.items() if value is not None}
    answer = site.browser.post("/sign-out", data={"form_token": token}, headers=headers)
    assert answer.status_code == 403
    assert site.browser.get("/").status_code == 200  # still signed in


@pytest.mark.parametrize(("site_header", "origin"), [("same-origin", HOME), ("none", HOME), ("same-origin", "null")])
def test_the_pages_own_forms_are_taken(site: Site, site_header: str, origin: str) -> None:
    token = site.sign_in()
    headers = {"Sec-Fetch-Site": site_header, "Origin": origin}
    assert site.browser.post("/sign-out", data={"form_token": token}, headers=headers).status_code == 303


def test_every_action_refuses_a_form_without_the_sessions_token(site: Site) -> None:
    site.sign_in()
    with_other = {"form_token": "x" * 43}
    for page in (*PAGES, WORKING):
        for path in page.actions:
            where = path.format(task="x")
            assert site.send(where).status_code == 403, path
            assert site.send(where, with_other).status_code == 403, path


def test_looking_never_acts(site: Site) -> None:
    site.sign_in()
    for page in (*PAGES, WORKING):
        for path in set(page.actions) - set(page.views):
            assert site.browser.get(path.format(task="x")).status_code in {400, 404, 405}, path


@pytest.mark.parametrize("dest", ["iframe", "frame", "embed", "object", "image", "script", "empty"])
def test_no_other_site_draws_anything_from_here(site: Site, dest: str) -> None:
    site.sign_in()
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": dest}
    assert site.browser.get("/", headers=headers).status_code == 403


def test_a_link_on_another_site_may_lead_here(site: Site) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert site.browser.get("/sign-in", headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(site: Site, method: str) -> None:
    assert site.browser.request(method, "/", headers=OF_THE_PAGE).status_code == 405


def test_a_body_that_is_too_large_is_refused(site: Site) -> None:
    token = site.sign_in()
    too_much = {"form_token": token, "zone": "x" * FORM_BYTES}
    assert site.send("/settings/save", too_much).status_code == 413


def test_a_body_that_says_it_is_small_is_counted(site: Site) -> None:
    token = site.sign_in()
    whole = f"form_token={token}&zone=".encode() + b"x" * (FORM_BYTES + 1000)
    headers = OF_THE_PAGE | {"Content-Type": "application/x-www-form-urlencoded"}

    async def parts() -> AsyncIterator[bytes]:
        for at in range(0, len(whole), 50_000):
            yield whole[at : at + 50_000]

    answer = site.browser.post("/settings/save", content=parts(), headers=headers)  # chunked, without a length
    assert answer.status_code >= 400


def test_what_goes_wrong_inside_stays_inside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.sign_in()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("xoxp-canary of ada@example.org")

    monkeypatch.setattr("deepday.web.pages.connections._titles", fail)
    answer = site.browser.get("/connections")
    assert (answer.status_code, "canary" in answer.text, "Traceback" in answer.text) == (500, False, False)
    assert site.told == ["The page /connections failed: RuntimeError."]


def test_health_says_ok_only_and_readiness_looks_at_the_store(site: Site, tmp_path: Path) -> None:
    assert site.browser.get("/healthz").text == "ok"
    assert (site.browser.get("/readyz").status_code, site.browser.get("/readyz").text) == (200, "ok")
    store = tmp_path / "home" / "data" / "deepday.sqlite"
    store.parent.mkdir(parents=True, exist_ok=True)
    store.write_bytes(b"no database at all, and long enough to be looked at" * 4)
    assert (site.browser.get("/readyz").status_code, site.browser.get("/readyz").text) == (503, "not ready")
    assert site.browser.get("/healthz").text == "ok"
