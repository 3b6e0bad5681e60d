"""Every message that people may get: whole in each language, as Slack shows it, with a text where it shows none."""

from itertools import count
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import cast

import pytest

from deepday.app.urgent_preview import previews
from deepday.model import Door, OutgoingMessage, RequestState
from deepday.route.answers import action_in, how_to_answer
from deepday.route.forms import Filled
from deepday.route.items import Kind
from deepday.route.phrases import LANGUAGES, reason, say
from deepday_sandbox.slack.blocks import checked_blocks
from deepday_sandbox.slack.calls import Call
from deepday_slack.blocks import blocks_of, written

SETTINGS = '[me]\nemail = "ada@example.org"\nzone = "Europe/Berlin"\n[protect]\nlanguage = "{}"\n'


@pytest.fixture(params=sorted(LANGUAGES))
def language(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A language, which the settings name."""
    (tmp_path / "deepday.toml").write_text(SETTINGS.format(request.param), encoding="utf-8")
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    return str(request.param)


def messages() -> list[OutgoingMessage]:
    return [message for _, message in previews()]


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_each_phrase_is_there_in_each_language_with_the_same_holes() -> None:
    english = LANGUAGES["en"]
    for name, table in LANGUAGES.items():
        own = {phrase for phrase in table if phrase.startswith("why ")}  # the history is in English
        assert set(table) - own == set(english), name
        assert [phrase for phrase in english if holes(table[phrase]) - holes(english[phrase])] == []
        assert all(text.strip() for text in table.values())


def test_every_kind_of_message_is_previewed_and_is_what_slack_takes(language: str) -> None:
    space = SimpleNamespace(number=count().__next__)
    made = messages()
    assert {one.key.split("/")[1] for one in made} == {kind.value for kind in Kind}
    informs = {one.text for one in made if one.key.split("/")[1] == Kind.INFORM}
    assert any(say(language, "inform undeliverable") in text for text in informs)
    assert say(language, "refused ended", id="k3f9ab27cd") in {one.text for one in made}
    for one in made:
        blocks = blocks_of(one)
        assert len(checked_blocks(cast("Call", SimpleNamespace(space=space)), blocks)) == len(blocks) > 0
        assert written(one.text).strip()
        assert all(button.label and len(button.label) <= 75 for part in one.sections for button in part.buttons)


def test_german_messages_and_buttons_are_german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deepday.toml").write_text(SETTINGS.format("de"), encoding="utf-8")
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    made = [one for _, one in previews()]
    lines = [part.text for one in made for part in one.sections if not part.text.startswith(">")]
    labels = [button.label for one in made for part in one.sections for button in part.buttons]
    english = {" the ", " is ", " you ", " it ", "Request", "urgent", "since"}
    assert not [text for text in (*lines, *labels) for word in english if word in f" {text.replace('/urgent', '')} "]
    assert "Es ist dringend" in labels
    links = [block["text"]["text"] for one in made for block in blocks_of(one) if "<https://" in str(block.get("text"))]
    assert links
    assert all("|Öffnen>" in text for text in links)


def test_what_is_answered_by_mail_is_understood_in_each_language(language: str) -> None:
    for one in messages():
        for line in how_to_answer(one, language).splitlines()[3:]:
            word = line.partition(":")[0]
            assert action_in(f"{word.lower()}!\n> quoted")
    assert action_in("Dringend, und zwar jetzt") == action_in("urgent, and now") == "urgent"
    assert action_in("uebernehmen") == action_in("Übernehmen.") == "take"
    assert action_in("Guten Tag") == ""


def test_the_form_its_receipt_and_the_doors_have_words_for_everything(language: str) -> None:
    shown = set(RequestState) - {RequestState.NOT_URGENT}
    assert all(say(language, f"state {state.name.lower()}", owner="Ada") for state in shown)
    doors = set(Door) - {Door.PRESS, Door.EDIT, Door.DELETION}
    assert all(say(language, f"by {door.name.lower()}") for door in doors)
    assert set(Filled("", "r" * 81, "").problems(language)) == {"name", "reach", "text"}


def test_reasons_are_told_in_the_language_and_unknown_ones_as_they_are() -> None:
    assert reason("de", "rule: production") == "Regel production"
    assert reason("de", "no rule is about it: unsure means urgent").startswith("keine Regel")
    assert reason("en", "rule: production") == "rule: production"
    assert reason("de", "something else") == "something else"
