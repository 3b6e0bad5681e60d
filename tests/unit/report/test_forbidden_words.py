"""No face of the report makes a claim that the measurement cannot carry."""

import io
import json
import re

import pytest
from rich.console import Console

from deepday.measure.result import Measurement
from deepday.report.html import render_html
from deepday.report.json_view import ledger_to_json, measurement_to_json
from deepday.report.terminal import render, render_explain
from tests.unit.report import sample

FORBIDDEN = re.compile(
    r"""
    \b23\ minutes | 23\ min\ 15 | each\ interruption\ costs | \bIQ\b
    | \bsaved?\b | \bsaves\b | \bsavings\b | \bflow\b | deep[ -]work | hours\ worked
    | burn-?out | diagnos | \brisk\b | no\ effect | significan | unaffected | \brank | industry | benchmark
    | productiv | never\ see | more\ output | \bscore | \blost\b | \bwasted?\b
    """,
    re.IGNORECASE | re.VERBOSE,
)

MEASUREMENTS = {
    "five weeks": sample.five_weeks(rate=68),
    "one day": sample.one_day(),
    "no chat": sample.make([sample.tuesday(messages=False)]),
    "nothing": sample.make([sample.tuesday(calendar=False, messages=False)]),
    "no interruptions": sample.make([sample.tuesday(chats=[], exposures=[])]),
}


def faces(measurement: Measurement) -> dict[str, str]:
    made: dict[str, str] = {"explain json": json.dumps(ledger_to_json(measurement))}
    for shareable in (False, True):
        file = io.StringIO()
        render(measurement, Console(file=file, width=400), shareable=shareable)
        page = render_html(measurement, shareable=shareable, generated=sample.GENERATED)
        made[f"terminal {shareable}"] = file.getvalue()
        made[f"html {shareable}"] = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
        made[f"json {shareable}"] = json.dumps(measurement_to_json(measurement, shareable=shareable))
    file = io.StringIO()
    render_explain(measurement, Console(file=file, width=400))
    return {**made, "explain": file.getvalue()}


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_no_face_says_what_the_measurement_cannot_carry(name: str) -> None:
    for face, text in faces(MEASUREMENTS[name]).items():
        assert not (found := FORBIDDEN.findall(text)), (face, found)


def test_terminal_and_page_say_the_same() -> None:
    measurement = sample.five_weeks()
    made = {face: re.sub(r"\s+", " ", text) for face, text in faces(measurement).items()}
    headline = "In W14 interruptions took between 1 h 50 min and 5 h 25 min of 32 h of working time"
    cost = re.findall(r"W\d\d \d/\d [^(]*\(\d:\d\d\)", made["terminal False"])
    assert len(cost) == 5
    assert headline in made["terminal False"]
    assert headline in made["html False"]
    for row in cost:
        assert row.split()[-2] in made["html False"]
