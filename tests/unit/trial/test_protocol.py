"""The draw follows from the seed, the seed is committed to, the protocol has a hash."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.errors import InputError
from deepday.trial.drawing import allowed_sets, commitment, draw
from deepday.trial.protocol import from_document, protocol_hash, revealed_on, to_document
from deepday.trial.rows import COLUMNS, from_csv, to_csv, until_stop
from tests.unit.trial.made import MONDAY, SEED, make_protocol, make_rows, workdays


def test_sets_of_a_week() -> None:
    assert len(allowed_sets(workdays(MONDAY), 2)) == 10
    apart = allowed_sets(workdays(MONDAY), 2, apart=True)
    assert len(apart) == 6
    assert all(later - earlier > timedelta(days=1) for one in apart for earlier, later in pairwise(one))
    assert allowed_sets(workdays(MONDAY)[:2], 1) == ()
    assert {len(one) for one in allowed_sets(workdays(MONDAY)[:3], 3)} == {2}, "both arms keep a day"


def test_every_set_comes_up_about_as_often() -> None:
    sets = allowed_sets(workdays(MONDAY), 2)
    counts = Counter(draw(f"{number}", "2026-W16", sets) for number in range(5_000))
    assert set(counts) == set(sets)
    assert max(counts.values()) < 600
    assert min(counts.values()) > 400


@given(st.text("0123456789abcdef", min_size=32, max_size=64))
def test_only_the_committed_seed_draws(seed: str) -> None:
    protocol = replace(make_protocol(), commitment=commitment(seed))
    assert protocol.drawn(seed) == protocol.drawn(seed)
    with pytest.raises(InputError, match="not the one that the protocol commits to"):
        protocol.drawn(seed + "0")


def test_the_draw_of_a_published_seed_never_changes() -> None:
    """Anybody must be able to repeat it, with any later deepday."""
    drawn = make_protocol(3).drawn(SEED)
    assert drawn == {
        "2026-W16": (date(2026, 4, 14), date(2026, 4, 16)),
        "2026-W17": (date(2026, 4, 20), date(2026, 4, 24)),
        "2026-W18": (date(2026, 4, 29), date(2026, 4, 30)),
    }


def test_a_protocol_survives_its_document_and_any_change_shows() -> None:
    protocol = make_protocol()
    document = to_document(protocol)
    assert from_document(json.loads(json.dumps(document)), "x") == protocol
    assert "5eed" not in json.dumps(document), "the seed is not in it"
    before = protocol_hash(document)
    for key in document:
        assert protocol_hash(document | {key: "changed"}) != before
    with pytest.raises(InputError, match="is no protocol"):
        from_document({"schema": "other"}, "x")
    with pytest.raises(InputError, match="cannot be read"):
        from_document(document | {"weeks": [{"week": 1}]}, "x")


def test_a_week_is_revealed_a_week_ahead() -> None:
    assert revealed_on(MONDAY) == MONDAY - timedelta(days=7)


@settings(max_examples=20)
@given(st.integers(0, 1000), st.floats(0, 10))
def test_rows_survive_the_file_exactly(seed: int, cut: float) -> None:
    rows = make_rows(make_protocol(2), cut, seed=seed)
    assert from_csv(to_csv(rows), "data.csv") == rows


def test_a_broken_file_of_rows_names_the_line() -> None:
    with pytest.raises(InputError, match=r"data.csv, line 1: the columns"):
        from_csv("a,b\n", "data.csv")
    with pytest.raises(InputError, match=r"data.csv, line 2: this is no day"):
        from_csv(",".join(COLUMNS) + "\nw,soon,deep" + "," * 11 + "\n", "data.csv")


def test_after_a_stop_nothing_counts() -> None:
    rows = make_rows(make_protocol())
    stop = MONDAY + timedelta(days=9)
    kept = until_stop(rows, stop)
    assert max(row.date for row in kept) == MONDAY + timedelta(days=11), "the week of the stop keeps its days"
    assert all((row.measure("value") is None) == (row.date > stop) for row in kept)
    assert until_stop(rows, None) == rows
