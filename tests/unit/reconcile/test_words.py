from dataclasses import fields, replace
from datetime import datetime

import pytest

from deepday.errors import InputError
from deepday.model import ApprovedBlock, Audience, Contact, Interval, Status
from deepday.reconcile import LANGUAGES, PLACEHOLDERS, Texts, Words, words_in
from deepday.reconcile.words import LONGEST_STATUS

BLOCK = ApprovedBlock(
    "rewrite-the-loss-function",
    "ada@example.org",
    datetime.fromisoformat("2026-03-10T09:00"),
    datetime.fromisoformat("2026-03-10T12:30"),
    "Europe/Berlin",
    point_person=Contact("Grace", "@grace"),
    backup=Contact("Linus"),
)
WHEN = BLOCK.when


def test_the_status_says_until_when_and_whom_to_ask() -> None:
    assert Words().status(BLOCK, WHEN, 7) == Status("Deep work until 12:30, urgent: Grace @grace", ":headphones:", 7)
    nobody = replace(BLOCK, point_person=None)
    assert words_in("de").status(nobody, WHEN, 7).text == "Konzentriert bis 12:30 Uhr"


def test_a_status_that_is_too_long_becomes_the_short_one() -> None:
    long = replace(BLOCK, point_person=Contact("Grace " * 30))
    assert Words().status(long, WHEN, 7).text == "Deep work until 12:30"
    hopeless = words_in("en", status_short="x" * (LONGEST_STATUS + 1))
    problems = {one.name: one.problem for one in hopeless.previews(long, WHEN) if one.problem}
    assert list(problems) == ["status"]


def test_the_reply_says_who_covers_when_an_answer_comes_and_how_to_mark_what_is_urgent() -> None:
    reply = Words().reply(BLOCK, WHEN, 7)
    assert reply.text == (
        "I am in deep work until 12:30 on 2026-03-10 and read no messages. You can expect an answer by 13:30.\n"
        "Grace covers for me (@grace), then Linus.\n"
        'If it cannot wait, begin your message with "urgent".'
    )
    assert (reply.start, reply.until, reply.enabled) == (WHEN.start, 7, True)
    assert reply.audience is Audience.NONE


def test_the_reply_leads_to_the_form_where_there_is_one_and_is_known_as_ours() -> None:
    for language in LANGUAGES:
        words = replace(words_in(language), form=lambda start: f"https://deepday.example.org/ask/{start:x}")
        text = words.reply(BLOCK, WHEN, 7).text
        assert text.endswith(f"https://deepday.example.org/ask/{WHEN.start:x}")
        assert Words().ours(text)


def test_people_outside_read_no_names_of_colleagues() -> None:
    for language in LANGUAGES:
        outside = words_in(language).reply(BLOCK, WHEN, 7).text_outside
        assert "Grace" not in outside
        assert "Linus" not in outside


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_text_tells_what_the_block_is_for(language: str) -> None:
    shown = words_in(language).previews(BLOCK, WHEN)
    assert len(shown) == 6
    for one in shown:
        assert one.text
        assert "loss" not in one.text
        assert not {"{", "}", "&", "<", ">"} & set(one.text)
        assert one.problem == ""


def test_times_are_those_of_the_blocks_own_clocks() -> None:
    abroad = replace(BLOCK, zone="America/New_York")
    assert Words().status(abroad, abroad.when, 7).text.startswith("Deep work until 12:30")


def test_an_answer_after_midnight_has_its_date() -> None:
    late = replace(BLOCK, end=datetime.fromisoformat("2026-03-10T23:30"))
    assert "an answer by 2026-03-11 00:30." in Words().reply(late, late.when, 7).text


def test_a_decline_offers_the_next_free_time() -> None:
    free = Interval(WHEN.end + 1800, 0).start
    assert Words().decline(BLOCK, WHEN, free) == (
        "I keep this time for deep work until 12:30. The next time that suits me: 13:00. "
        "Grace can stand in for me (@grace)."
    )
    assert "next time" not in Words().decline(BLOCK, WHEN)


def test_characters_that_vendors_escape_are_spelt_otherwise() -> None:
    odd = replace(BLOCK, point_person=Contact("R&D <on call>"))
    assert Words().title(odd, WHEN) == "Deep work (urgent: R+D on call)"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{{ reason }}", "'reason'"),
        ("{{ until", "cannot be read"),
        ("{% if point_person %}", "cannot be read"),
        ("", "says nothing"),
        ("{% if false %}x{% endif %}", "says nothing"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(text: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        words_in("en", status=text)
    assert what in caught.value.what
    assert caught.value.advice


@pytest.mark.parametrize(("language", "changed"), [("tlh", {}), ("en", {"headline": "x"})])
def test_unknown_languages_and_texts_are_refused(language: str, changed: dict[str, str]) -> None:
    with pytest.raises(InputError):
        words_in(language, **changed)


def test_what_ours_say_is_recognised_whatever_the_block() -> None:
    other = replace(BLOCK, point_person=None, backup=None, end=datetime.fromisoformat("2026-03-10T16:00"))
    for language in LANGUAGES:
        words = words_in(language)
        for block in (BLOCK, other):
            assert Words().ours(words.status(block, block.when, 7).text)
            assert Words().ours(words.reply(block, block.when, 7).text.replace("\n", " \n"))
    for theirs in ("", "At the dentist", "Deep work", "Until 12:30", "I am on holiday until 2026-03-10."):
        assert not Words().ours(theirs)


def test_every_text_in_every_language_uses_known_placeholders_only() -> None:
    for texts in LANGUAGES.values():
        assert Words(texts)
        assert {field.name for field in fields(Texts)} >= {"title", "status", "inside", "outside", "decline"}
    assert {"until", "answer", "point_person", "point_reach", "urgent"} <= set(PLACEHOLDERS)
