"""Finding one person in any text: whole words only, and nothing of them left."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.errors import InputError
from deepday.store.naming import Naming

CARA = Naming(["cara@example.org", "UCARA1", "Cara Kahn", "Zoë K."])


@pytest.mark.parametrize(
    "text",
    ["cara@example.org", "<mailto:Cara@Example.org>", "ask <@UCARA1>.", "a/inform/UCARA1/x", "cara kahn's", "(Zoë K.)"],
)
def test_the_person_is_found_however_the_name_stands_there(text: str) -> None:
    assert CARA.found(text)
    assert not CARA.found(CARA.replaced(text, "erased-1"))
    assert CARA.found(json.dumps([text]))


@pytest.mark.parametrize(
    "text",
    ["oscara@example.org", "cara@example.org.uk", "cara@example.organic", "UCARA12", "XUCARA1", "Cara Kahnweiler", "x"],
)
def test_others_whose_names_are_alike_are_left_alone(text: str) -> None:
    assert not CARA.found(text)
    assert CARA.replaced(text, "erased-1") == text


def test_nothing_but_text_names_anybody() -> None:
    assert not CARA.found(None)
    assert not CARA.found(7)


@given(st.lists(st.sampled_from(["cara@example.org", "CARA KAHN", "ucara1", "dan", "\n", " ", "/", "<", "é"])))
def test_whatever_stands_around_it_nothing_is_left_and_the_rest_stays(parts: list[str]) -> None:
    text = " ".join(parts)
    after = CARA.replaced(text, "erased-1")
    assert not CARA.found(after)
    assert CARA.replaced(after, "erased-2") == after
    assert after.count("dan") == text.count("dan")


@given(st.lists(st.text(), min_size=1, max_size=4), st.text())
def test_text_of_json_stays_json(values: list[str], name: str) -> None:
    if len(" ".join(name.split())) < 3:
        with pytest.raises(InputError):
            Naming([name])
        return
    text = json.dumps([*values, name])
    after = json.loads(Naming([name]).replaced(text, "erased-1"))
    assert len(after) == len(values) + 1
