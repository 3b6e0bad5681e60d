"""The word by which a sender says that it is urgent: the automatic reply asks for it, and it counts at once."""

from datetime import datetime

import pytest

from deepday.app.protecting import with_form, words_of
from deepday.app.urgent_running import policy_of
from deepday.config.settings import Settings
from deepday.model import ApprovedBlock, Door, UrgentSignal, Verdict
from deepday.route.rules import Rule, Rules, triage


def settings(**more: object) -> Settings:
    return Settings.model_validate({"me": {"email": "ada@example.org", "zone": "Europe/Berlin"}, **more})


def verdict(text: str, door: Door = Door.DIRECT, **more: object) -> Verdict:
    signal = UrgentSignal("s", 0, "UBEN", "D1", text, 1, door)
    return triage(signal, policy_of(settings(**more)).rules).verdict


@pytest.mark.parametrize(
    "text",
    [
        "urgent",
        "Urgent: the disk is full",
        "  *URGENT* the disk",
        "Dringend, bitte!",
        '"urgent" as you asked',
        "URGENT?",
    ],
)
@pytest.mark.parametrize("door", [Door.DIRECT, Door.MENTION, Door.MAIL, Door.EDIT])
def test_what_begins_with_the_word_of_the_reply_is_urgent_at_once(text: str, door: Door) -> None:
    assert verdict(text, door) is Verdict.URGENT


@pytest.mark.parametrize("text", ["not urgent", "how urgent is it?", "urgently", "Hello\nurgent", "", "nicht dringend"])
def test_the_word_elsewhere_leaves_it_to_the_sender(text: str) -> None:
    assert verdict(text) is Verdict.ASK


@pytest.mark.parametrize(
    "text", ["Re: urgent: the disk", "AW: Fwd: dringend", "Re: Deep work until 12:00\nUrgent, really"]
)
def test_in_a_mail_it_may_begin_the_subject_or_the_first_line(text: str) -> None:
    assert verdict(text, Door.MAIL) is Verdict.URGENT


def test_a_word_of_ones_own_counts_and_the_usual_ones_with_it() -> None:
    own = {"urgent": "sofort!"}
    assert verdict("Sofort! Der Cluster steht", texts=own) is Verdict.URGENT
    assert verdict("urgent", texts=own) is Verdict.URGENT


def test_the_sender_is_believed_whatever_the_rules_say_and_a_machine_is_not() -> None:
    rules = Rules((Rule("sale", Verdict.WAIT, keywords=("sale",), alerts=frozenset()),), marks=("urgent",))
    said = UrgentSignal("s", 0, "UBEN", "D1", "urgent: the sale fails", 1, Door.DIRECT)
    assert triage(said, rules).verdict is Verdict.URGENT
    bulk = UrgentSignal("s", 0, "list@example.org", "D1", "Urgent sale", 1, Door.ALERT, alert="mailing-list")
    assert triage(bulk, rules).verdict is Verdict.WAIT


BLOCK = ApprovedBlock(
    "b",
    "ada@example.org",
    datetime.fromisoformat("2026-03-10T09:00"),
    datetime.fromisoformat("2026-03-10T12:00"),
    "Europe/Berlin",
)
BOX = {"host": "imap.example.org", "user": "ada", "password": "env:IMAP"}


@pytest.mark.parametrize(
    ("box", "promised"),
    [({}, False), (BOX, True), ({**BOX, "alias": "Ada@example.org"}, True), ({**BOX, "alias": "x@example.org"}, False)],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_reply_asks_for_the_word_only_where_answers_are_read(
    box: dict[str, str], language: str, *, promised: bool
) -> None:
    found = settings(urgent={"mailbox": box}, protect={"language": language})
    words = with_form(words_of(found), found, None)  # type: ignore[arg-type]  # without a form nothing of it is used
    text = words.reply(BLOCK, BLOCK.when, BLOCK.when.end).text
    assert ({"en": '"urgent"', "de": '"dringend"'}[language] in text) is promised
    assert '""' not in text
    assert words.ours(text)
