"""Gmail's automatic reply: the words as people wrote them, times both or none, nobody outside by accident."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.connect import Restoration
from deepday.errors import UnsupportedError
from deepday.model import Audience, AutoReply
from deepday_google.account import GoogleAccount
from deepday_google.vacation import reply_of, settings_of
from tests.connectors.google.google_office import CARA, OWNER, GoogleOffice, google_office

NOW = 1_773_144_000
HOUR = 3600
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = (
    "enableAutoReply",
    "responseSubject",
    "responseBodyPlainText",
    "responseBodyHtml",
    "restrictToContacts",
    "restrictToDomain",
    "startTime",
    "endTime",
)


@pytest.fixture
def world() -> Iterator[GoogleOffice]:
    with google_office() as made:
        yield made


def reply(**given: Any) -> AutoReply:
    return AutoReply(**{"enabled": True, "text": "Away.", "start": NOW, "until": NOW + HOUR, **given})


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ('<div dir="ltr">Away.</div>', "Away."),
        ('<div dir="ltr">Away.<div>Ask Ben.</div></div>', "Away.\nAsk Ben."),
        ("<div>Away.</div><div><br></div><div>Ask Ben &amp; Cara.</div>", "Away.\n\nAsk Ben & Cara."),
        ("<p>Away.</p>", "Away."),
        ("Away.<br>Ask&nbsp;Ben.", "Away.\nAsk Ben."),
        ('<div><b>Away.</b> <a href="https://example.com">more</a></div>', None),
        ('<div style="color:red">Away.</div>', None),
    ],
)
def test_bare_wrapping_is_taken_off_and_formatting_is_kept(html: str, words: str | None) -> None:
    found = reply_of({"enableAutoReply": True, "responseBodyHtml": html, "responseBodyPlainText": "old"}, NOW)
    assert found.text == (html if words is None else words)


def test_formatting_is_put_back_as_it_was(world: GoogleOffice) -> None:
    html = '<div><b>On holiday.</b> Ask <a href="mailto:ben@example.com">Ben</a>.</div>'
    stored = world.office.settings.reply(OWNER)
    stored.google = {"enableAutoReply": True, "responseBodyHtml": html, "restrictToContacts": True}
    before_all = dict(stored.google)
    with world.account() as account:
        before = account.read_auto_reply()
        ours = account.set_auto_reply(reply(start=world.now(), until=world.now() + HOUR))
        assert account.restore_auto_reply([ours], before).done is Restoration.RESTORED
    assert stored.google == before_all


@pytest.mark.parametrize(
    ("start", "until", "sent"),
    [
        (NOW - HOUR, NOW + HOUR, (NOW - HOUR, NOW + HOUR)),
        (0, NOW + HOUR, (NOW, NOW + HOUR)),
        (0, 0, None),
        (NOW - HOUR, 0, None),
    ],
)
def test_times_are_both_sent_or_none(start: int, until: int, sent: tuple[int, int] | None) -> None:
    body = settings_of(reply(start=start, until=until), NOW, organisation=True)
    found = (body.get("startTime"), body.get("endTime"))
    assert found == ((None, None) if sent is None else tuple(str(at * 1000) for at in sent))


def test_a_reply_that_begins_later_and_has_no_end_does_not_begin_now() -> None:
    body = settings_of(reply(start=NOW + HOUR, until=0), NOW, organisation=True)
    assert body["startTime"] == str((NOW + HOUR) * 1000)
    assert int(body["endTime"]) > (NOW + 300 * 86_400) * 1000


@pytest.mark.parametrize("audience", list(Audience))
def test_the_audience_comes_back_as_it_was_set(audience: Audience) -> None:
    body = settings_of(reply(audience=audience), NOW, organisation=True)
    assert (body["restrictToDomain"], body["restrictToContacts"]) == (
        audience is Audience.NONE,
        audience is Audience.CONTACTS,
    )
    assert reply_of(body, NOW).audience is audience


@pytest.mark.parametrize(
    "value",
    [
        reply(text=""),
        reply(text="Away.", text_outside="Gone.", audience=Audience.ALL),
        reply(start=NOW + HOUR, until=NOW + HOUR),
    ],
)
def test_what_gmail_cannot_do_is_not_asked_for(world: GoogleOffice, value: AutoReply) -> None:
    with world.account() as account, pytest.raises(UnsupportedError):
        account.set_auto_reply(value)
    assert world.asked() == []


def test_a_private_account_has_nobody_inside(world: GoogleOffice) -> None:
    with world.account(CARA) as account:
        with pytest.raises(UnsupportedError, match="no organisation"):
            account.set_auto_reply(reply())
        now = world.now()
        settled = account.set_auto_reply(reply(audience=Audience.CONTACTS, start=now, until=now + HOUR))
    assert settled.audience is Audience.CONTACTS


def test_a_text_for_people_outside_that_is_the_same_is_fine(world: GoogleOffice) -> None:
    with world.account() as account:
        account.set_auto_reply(reply(text_outside="Away.", audience=Audience.ALL, until=world.now() + HOUR))
    assert world.shown_auto_reply().text == "Away."


def test_clearing_leaves_no_word_of_ours(world: GoogleOffice) -> None:
    with world.account() as account:
        account.set_auto_reply(reply(start=world.now(), until=world.now() + HOUR))
        assert account.set_auto_reply(AutoReply()).empty
    assert "responseBodyPlainText" not in world.office.settings.reply(OWNER).google


def test_the_words_of_a_reply_that_is_off_are_kept(world: GoogleOffice) -> None:
    world.office.settings.reply(OWNER).google = {"responseBodyPlainText": "For next time."}
    with world.account() as account:
        before = account.read_auto_reply()
        ours = account.set_auto_reply(reply(start=world.now(), until=world.now() + HOUR))
        account.restore_auto_reply([ours], before)
    shown = world.shown_auto_reply()
    assert (shown.enabled, shown.text) == (False, "For next time.")


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8))
def test_whatever_gmail_says_is_a_reply(settings: dict[str, Any]) -> None:
    found = reply_of(settings, NOW)
    assert isinstance(found.text, str)
    assert found.until >= 0


@given(
    text=st.text(min_size=1, alphabet=st.characters(codec="utf-8", exclude_characters="<>")).filter(str.strip),
    start=st.integers(1, 4 * 10**9),
    length=st.integers(1, 10**7),
    audience=st.sampled_from(Audience),
)
def test_a_reply_survives_the_way_there_and_back(text: str, start: int, length: int, audience: Audience) -> None:
    value = AutoReply(enabled=True, text=text, start=start, until=start + length, audience=audience)
    assert reply_of(settings_of(value, start, organisation=True), start).same(value)


def test_accounts_that_may_not_are_told_in_words(world: GoogleOffice) -> None:
    with world.account(scopes=["calendar.events.owned"]) as account:
        assert isinstance(account, GoogleAccount)
        words = [one.words for one in account.capabilities().degraded]
    assert any("automatic reply" in one and "--allow replies" in one for one in words)
