"""The tone check: every claim of measurement D is caught, what to say instead is not, and fair sentences pass."""

import pytest

from deepday.case.tone import Kind, check_tone
from deepday.case.tone_rules import RULES

CLAIMS = [
    "Each interruption costs 23 minutes.",
    "It takes 23 minutes and 15 seconds to refocus after each distraction.",
    "Interruptions lower the IQ by 10 points.",
    "This costs the company EUR 40,000 a year.",
    "It saves us $12k.",
    "You saved 12 hours.",
    "Deep-work days caused more output.",
    "The trial proves that it works.",
    "I was in flow for most of the day.",
    "That makes 14 deep work hours.",
    "Hours worked: 52.3 h.",
    "I worked 55 hours.",
    "My burnout risk is 80 %.",
    "There was no effect.",
    "There is a trend towards significance.",
    "Responsiveness was unaffected.",
    "I am interrupted more than any other colleague.",
    "That is above the industry average.",
    "Studies show that teams are 73 % more productive.",
    "People get 275 interruptions a day.",
    "We never see content.",
    "Jede Unterbrechung kostet 23 Minuten.",
    "Das kostet die Firma 40.000 Euro.",
    "Ich war im Flow.",
    "Mein Burnout-Risiko liegt bei 80 %.",
    "Der Versuch beweist, dass es hilft.",
    "Es gab keinen Effekt.",
    "Ich habe genau 52,3 Stunden gearbeitet.",
    "Ich werde öfter als alle anderen gestört.",
]
INSTEAD = [
    "We assume 1 to 15 minutes to pick work up again (studies range from seconds to about 15 minutes).",
    "That is time with an estimated value of 400 to 900; not cash: hours are not refunded.",
    "Deployments and deep-work days moved together; that does not say which drove which.",
    "This is time without meetings or your own chat activity.",
    "Traces of work between 44 and 55 h.",
    "I worked after hours on 6 days, and 3 nights were shorter than 11 hours.",
    "That is not enough evidence yet.",
    "It does not mean there is no effect.",
    "Too few urgent requests to tell whether the margin was kept.",
    "Compared with my own weeks before, it was less.",
    "Content is dropped in memory, never stored or logged.",
    "The meeting lasted 23 minutes.",
    "We agreed on one deep-work day a week.",
    "I lost the thread after the second meeting.",
    "Nobody is named yet.",
    "A point person who was asked beforehand answers within 60 minutes.",
    "Ungestörte Stücke ab zwei Stunden ergaben in fünf Tagen 1 h 41 min.",
    "Spuren von Arbeit zwischen 44 und 55 Stunden.",
    "Das sind noch nicht genug Belege.",
    "Kann niemand vertreten, ist der Tag kein Deep-Work-Tag.",
    "I have never tried this before.",
    "You can always reach me for a real emergency by telephone.",
]


@pytest.mark.parametrize("sentence", CLAIMS)
def test_claims_that_cannot_be_kept_are_caught(sentence: str) -> None:
    assert [one.kind for one in check_tone(sentence)] == [Kind.CLAIM]


@pytest.mark.parametrize("sentence", INSTEAD)
def test_fair_sentences_pass(sentence: str) -> None:
    assert check_tone(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "You always interrupt me.",
        "You never listen to us.",
        "The team constantly pings me.",
        "It is your fault that the release slipped.",
        "Management is to blame.",
        "My manager is incompetent.",
        "Sie stören mich ständig.",
        "Das Team unterbricht mich dauernd.",
        "Das ist Ihre Schuld.",
    ],
)
def test_accusations_are_caught(sentence: str) -> None:
    assert [one.kind for one in check_tone(sentence)] == [Kind.ACCUSATION]


@pytest.mark.parametrize(
    ("sentence", "better"),
    [
        ("I am interrupted all the time.", "I am interrupted often."),
        ("There is a massive problem.", "There is a problem."),
        ("Ich werde ständig gestört.", "Ich werde oft gestört."),
        ("I can never finish anything.", "I seldom get anything."),
    ],
)
def test_exaggerations_come_with_a_milder_sentence(sentence: str, better: str) -> None:
    (found,) = check_tone(sentence)
    assert (found.kind, found.better) == (Kind.EXAGGERATION, better)


@pytest.mark.parametrize(
    "sentence", [*CLAIMS, "You always interrupt me.", "It is a catastrophe.", "It is a huge mess."]
)
def test_what_is_proposed_instead_passes_the_check_itself(sentence: str) -> None:
    for found in check_tone(sentence):
        assert check_tone(found.better) == [], found.better


def test_every_rule_says_why_and_what_to_say() -> None:
    assert all(rule.why and (rule.better or rule.instead is not None) for rule in RULES)


def test_findings_name_the_line_on_which_their_sentence_begins() -> None:
    text = (
        "# Title\n\nAll is well. Here is\nmore of it. You always\ninterrupt me.\n\n"
        "- Each interruption costs 23 minutes.\n"
    )
    assert [(one.line, one.sentence) for one in check_tone(text)] == [
        (4, "You always interrupt me."),
        (7, "Each interruption costs 23 minutes."),
    ]


def test_markup_hides_nothing() -> None:
    assert [one.line for one in check_tone("> **You always** _interrupt_ me.")] == [1]


def test_an_abbreviation_ends_no_sentence() -> None:
    (found,) = check_tone("E.g. You always interrupt me.")
    assert found.sentence == "E.g. You always interrupt me."
