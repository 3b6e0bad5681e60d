"""Several people's trials together: by consent, from k people on, without names, days or single results."""

import json
from pathlib import Path

import pytest

from deepday.app.trial_pooling import pool_exports, pooled_to_json, write_pooled
from deepday.app.trial_reporting import EXPORT_SCHEMA, FILES, fingerprint, recompute
from deepday.errors import ConflictError, InputError
from deepday.trial.protocol import protocol_hash, to_document
from deepday.trial.rows import to_csv
from tests.unit.trial.made import SEED, make_protocol, make_rows

CANARY = "Zebulon Quagmire"


def write(
    folder: Path,
    number: int,
    *,
    consent: bool = True,
    weeks: int = 8,
    stop: str = "",
    cut: float = 1.5,
    moved: float = 0,
) -> Path:
    """An export as deepday trial export writes it; its title and its folder hold a name."""
    protocol = make_protocol(weeks, title=f"{CANARY} {number}")
    rows = make_rows(protocol, cut, moved=moved, seed=number)
    ended = {"date": "2026-05-01", "because": stop} if stop else None
    happened: dict[str, object] = {"deviations": [], "stop": ended, "revealed": {}, "routing": None, "look": False}
    texts = {
        "protocol.json": json.dumps(to_document(protocol)),
        "data.csv": to_csv(rows),
        "happened.json": json.dumps(happened),
        "result.json": json.dumps(recompute(protocol, rows, happened)),
    }
    assert tuple(texts) == FILES
    manifest = {
        "schema": EXPORT_SCHEMA,
        "protocol_hash": protocol_hash(to_document(protocol)),
        "seed": SEED,
        "pooling": consent,
        "files": {name: fingerprint(text) for name, text in texts.items()},
    }
    place = folder / f"{CANARY} {number}"
    place.mkdir()
    for name, text in (texts | {"trial.json": json.dumps(manifest)}).items():
        (place / name).write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("exports")
    return [write(folder, number) for number in range(1, 6)]


def test_people_together_find_what_one_alone_might_not(exports: list[Path]) -> None:
    alone, together = (pooled_to_json(pool_exports(exports[:count], shareable=False)) for count in (2, 5))
    assert (together["schema"], together["people"], together["verdict"]) == ("deepday.trial-pool/1", 5, "better")
    narrow, wide = ((one["interval"][1] - one["interval"][0]) for one in (together, alone))
    assert narrow < wide
    low, high = together["interval"]
    assert low < -1.5 < high
    assert together["weeks"] == 40
    assert together["deep"]["days"] == 80


def test_a_shareable_result_takes_k_people_and_holds_nothing_of_one(exports: list[Path]) -> None:
    with pytest.raises(InputError, match="5 people are too few for a shareable result: it takes 10"):
        pool_exports(exports, shareable=True)
    with pytest.raises(InputError, match="would let single people be made out"):
        pool_exports(exports, shareable=True, k=4)
    found = pooled_to_json(pool_exports(exports, shareable=True, k=5))
    text = json.dumps(found)
    assert CANARY not in text
    assert "2026-" not in text, "no week and no day"
    assert "weekly" not in found
    assert found["estimate"] == float(f"{found['estimate']:.2g}")


def test_without_consent_or_with_changed_data_nobody_is_pooled(exports: list[Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Whoever gave export 2 has not agreed"):
        pool_exports([exports[0], write(tmp_path, 7, consent=False)], shareable=False)
    with pytest.raises(InputError, match="An export is given twice"):
        pool_exports([exports[0], exports[0]], shareable=False)
    changed = write(tmp_path, 8)
    data = changed / "data.csv"
    data.write_text(data.read_text(encoding="utf-8").replace(",deep,", ",other,", 1), encoding="utf-8")
    with pytest.raises(ConflictError, match="Export 2 does not hold") as refused:
        pool_exports([exports[0], changed], shareable=False)
    assert CANARY not in f"{refused.value.what} {refused.value.advice}"
    with pytest.raises(InputError, match="nothing is pooled"):
        pool_exports(exports[:1], shareable=False)
    with pytest.raises(InputError, match=r"Folder 1 of 1 does not exist\.") as missing:
        pool_exports([tmp_path / CANARY], shareable=False)
    assert CANARY not in f"{missing.value.what} {missing.value.advice}"


def test_one_person_may_not_be_most_of_a_shareable_result(tmp_path: Path) -> None:
    short = [write(tmp_path, number, weeks=2) for number in range(11, 14)]
    long = write(tmp_path, 20, weeks=12)
    with pytest.raises(InputError, match="more than half"):
        pool_exports([long, *short, write(tmp_path, 14, weeks=2)], shareable=True, k=5)
    assert pool_exports([long, *short], shareable=False).people == 4


def test_the_pooled_report_is_one_sheet_in_both_languages_and_names_nobody(exports: list[Path], tmp_path: Path) -> None:
    shared = pool_exports(exports, shareable=True, k=5)
    for language, said in (("en", "the trials of 5 people together"), ("de", "die Versuche von 5 Menschen zusammen")):
        made = list(write_pooled(shared, language, None, tmp_path / "p.pdf", tmp_path / "p.html"))
        assert [one.suffix for one in made] == [".html", ".pdf"]
        page = (tmp_path / "p.html").read_text(encoding="utf-8")
        assert said in page
        assert page.count("<svg") == 1
        assert CANARY not in page
        pdf = (tmp_path / "p.pdf").read_bytes()
        assert pdf.startswith(b"%PDF-")
        assert b"/Count 1/" in pdf, "one sheet"


def test_what_was_stopped_is_left_out_and_counted(exports: list[Path], tmp_path: Path) -> None:
    stopped = [write(tmp_path, 30, stop="harm"), write(tmp_path, 31, stop="wish")]
    pooled = pool_exports([stopped[0], *exports, stopped[1]], shareable=False)
    assert pooled.people == 5
    found, alone = pooled_to_json(pooled), pooled_to_json(pool_exports(exports, shareable=False))
    assert (found["estimate"], found["stopped"], alone["stopped"]) == (alone["estimate"], {"harm": 1, "wish": 1}, {})
    assert found["sentences"][-1].startswith("2 more trials were stopped early and left out")
    list(write_pooled(pooled, "en", None, None, tmp_path / "own.html"))
    own = (tmp_path / "own.html").read_text(encoding="utf-8")
    assert "2 more trials were stopped early (1 for harm, 1 by wish) and left out" in own
    shared = pool_exports([*exports, *stopped], shareable=True, k=5)
    assert pooled_to_json(shared)["stopped"] == 2
    list(write_pooled(shared, "de", None, None, tmp_path / "shared.html"))
    page = (tmp_path / "shared.html").read_text(encoding="utf-8")
    assert "2 weitere Versuche wurden abgebrochen und weggelassen" in page
    with pytest.raises(InputError, match="4 people are too few for a shareable result: it takes 5"):
        pool_exports([*exports[:4], stopped[0]], shareable=True, k=5)
    with pytest.raises(InputError, match="2 of 3 trials were stopped"):
        pool_exports([exports[0], *stopped], shareable=False)


def test_whether_work_only_moved_is_said_of_all_together(exports: list[Path], tmp_path: Path) -> None:
    gained = pooled_to_json(pool_exports(exports, shareable=True, k=5))["displacement"]
    assert gained["moved"] != "looks like moved work"
    assert gained["other_change"]["estimate"] == float(f"{gained['other_change']['estimate']:.2g}")
    moving = [write(tmp_path, number, cut=3.0, moved=2.0) for number in range(41, 46)]
    pooled = pool_exports(moving, shareable=False)
    panel = pooled_to_json(pooled)["displacement"]
    assert panel["moved"] == "looks like moved work"
    assert panel["other_change"]["low"] < panel["other_change"]["estimate"] < panel["other_change"]["high"]
    assert panel["deep_mean"] < panel["trial_mean"] < panel["other_mean"]
    list(write_pooled(pooled, "en", None, None, tmp_path / "p.html"))
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "Better on deep-work days, but the week as a whole gained little." in page
    assert "Most of the difference looks moved to other days." in page
