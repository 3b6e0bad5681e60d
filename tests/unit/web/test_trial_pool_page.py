"""Several trials together on the page: exports are sent, checked, analysed by consent, and not kept."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.app.test_trial_pooling import CANARY, write
from tests.unit.web.visitor import Site, site_of


def zipped(*folders: Path, inside: str = "") -> bytes:
    """Exports in one archive: one at its top, several in folders."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, folder in enumerate(folders):
            place = f"{inside or number}/" if inside or len(folders) > 1 else ""
            for path in folder.iterdir():
                archive.write(path, f"{place}{path.name}")
    return made.getvalue()


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("exports")
    return [write(folder, number) for number in range(1, 6)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_of(tmp_path) as made:
        made.token_of = made.sign_in()
        yield made


def send(site: Site, what: str, *archives: bytes, **given: str) -> str:
    files = [("files", (f"../{CANARY}.zip", one)) for one in archives]
    answer = site.send(f"/trial/pool/{what}", given | {"form_token": site.token_of}, files=files or None)
    assert answer.status_code == 303, answer.text
    return site.browser.get(answer.headers["location"]).text


def test_exports_of_several_people_become_one_result(site: Site, exports: list[Path], tmp_path: Path) -> None:
    before = site.browser.get("/trial/pool").text
    assert "<article" not in before
    assert site.browser.get("/trial/pool.pdf").status_code == 400
    page = send(site, "read", zipped(exports[0]), zipped(exports[1], inside="hers"), zipped(*exports[2:]))
    assert "the trials of 5 people together" in page
    assert "For the 5 who took part, and nobody else." in page
    assert CANARY not in page
    assert 'style="' not in page
    assert "die Versuche von 5 Menschen zusammen" in site.browser.get("/trial/pool?language=de").text
    assert site.browser.get("/trial/pool.pdf").content.startswith(b"%PDF-")
    assert "<!DOCTYPE html>" in site.browser.get("/trial/pool.html?language=de").text
    assert not list((tmp_path / "home").rglob("*.csv"))


def test_a_shareable_result_takes_enough_people(site: Site, exports: list[Path]) -> None:
    archive = zipped(*exports)
    page = send(site, "read", archive, shareable="yes")
    assert "5 people are too few for a shareable result: it takes 10" in page
    assert "--shareable" not in page
    assert "<article" not in page
    assert "Write 5 or more" in send(site, "read", archive, shareable="yes", k="4")
    page = send(site, "read", archive, shareable="yes", k="5")
    assert "<article" in page
    assert "and nobody else" not in page


def test_what_cannot_be_pooled_is_said_without_a_path(site: Site, exports: list[Path], tmp_path: Path) -> None:
    assert "Whoever gave export 2 has not agreed" in send(
        site, "read", zipped(exports[0]), zipped(write(tmp_path, 7, consent=False))
    )
    changed = write(tmp_path, 8)
    (changed / "happened.json").unlink()
    page = send(site, "read", zipped(exports[0]), zipped(changed))
    assert "Export 2/happened.json" in page
    assert "/tmp" not in page
    assert "nothing is pooled" in send(site, "read", zipped(exports[0]))
    assert "No file was chosen" in send(site, "read")
    assert "cannot be read as .zip" in send(site, "read", b"no archive at all")


def test_a_hostile_archive_is_refused(site: Site, tmp_path: Path) -> None:
    bare = io.BytesIO()
    with zipfile.ZipFile(bare, "w") as archive:
        archive.writestr("../../evil/data.csv", "x")
    assert "holds no export of a trial" in send(site, "read", bare.getvalue())
    huge = io.BytesIO()
    with zipfile.ZipFile(huge, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("trial.json", b" " * 6_000_000)
    assert "too large to be one" in send(site, "read", huge.getvalue())
    assert not list(tmp_path.rglob("evil"))


def test_anybodys_export_is_checked(site: Site, exports: list[Path], tmp_path: Path) -> None:
    page = send(site, "check", zipped(exports[0]))
    assert page.count("<strong>Holds</strong>") >= 6
    assert "Does not hold" not in page
    assert "It is not the published one" in send(site, "check", zipped(exports[0]), hash="beef")
    changed = write(tmp_path, 9)
    data = changed / "data.csv"
    data.write_text(data.read_text(encoding="utf-8").replace(",deep,", ",other,", 1), encoding="utf-8")
    assert "Does not hold" in send(site, "check", zipped(changed))
    assert "one after the other" in send(site, "check", zipped(*exports[:2]))
