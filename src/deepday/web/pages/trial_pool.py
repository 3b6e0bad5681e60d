"""Exports of trials, one's own and others': several analysed together, by consent, or one of them checked.

What is sent is read and not kept; what came of it stays for the session.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from starlette.datastructures import UploadFile
from starlette.responses import Response

from deepday.app.trial_pooling import SMALLEST_K, USUAL_K, Pooled, pool_exports, pool_page
from deepday.app.trial_reporting import FILES, MANIFEST, Check, verify
from deepday.errors import InputError
from deepday.web.language import chosen_language, other_languages
from deepday.web.pages.case_keep import back_to
from deepday.web.pages.trial_read import body_of, send_sheet
from deepday.web.visit import Visit

HERE = "/trial/pool"
_POOLED, _CHECKED = "pooled trials", "checked export"
_MOST_EXPORTS = 200
_MOST_BYTES = 5_000_000
_MOST_TOGETHER = 100_000_000
_MOST_ENTRIES = 10_000


def _show(visit: Visit) -> Response:
    found, language = visit.session.kept.get(_POOLED), chosen_language(visit)
    pooled = found if isinstance(found, Pooled) else None
    return visit.show(
        "trial_pool.html",
        "Several trials",
        body=body_of(pool_page(pooled, language, visit.clock)) if pooled else "",
        people=pooled.people if pooled else 0,
        shareable=bool(pooled and pooled.shareable),
        checks=visit.session.kept.get(_CHECKED, ()),
        usual_k=USUAL_K,
        smallest_k=SMALLEST_K,
        language=language,
        languages=other_languages(visit) if pooled else [],
        query=f"?language={language}" if visit.asked("language") else "",
    )


def _pool(visit: Visit) -> Response:
    visit.session.kept.pop(_POOLED, None)
    k = visit.text("k") or str(USUAL_K)
    if not (k.isascii() and k.isdecimal() and len(k) <= 4 and int(k) >= SMALLEST_K):
        raise InputError(
            f"{k[:20]!r} is no number of people that it can take.",
            f"Write {SMALLEST_K} or more: of fewer, single ones could be made out.",
        )
    with _sent(visit) as exports:
        visit.session.kept[_POOLED] = pool_exports(exports, shareable=visit.text("shareable") == "yes", k=int(k))
    return visit.go(HERE)


def _check(visit: Visit) -> Response:
    visit.session.kept.pop(_CHECKED, None)
    with _sent(visit) as exports:
        if len(exports) > 1:
            raise InputError(f"There are {len(exports)} exports.", "Check one after the other.")
        checks: list[Check] = verify(exports[0], visit.text("hash")[:100] or None)
    visit.session.kept[_CHECKED] = tuple(checks)
    return visit.go(HERE)


@contextmanager
def _sent(visit: Visit) -> Iterator[list[Path]]:
    """Write every export that was sent into a folder of its own, numbered as they came, for as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield _written(visit, Path(folder))
        except InputError as error:
            raise InputError(error.what.replace(f"{folder}/", "Export "), error.advice) from None


def _written(visit: Visit, folder: Path) -> list[Path]:
    sent = [one for one in visit.form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    if not sent:
        raise InputError("No file was chosen.", "Choose exports as .zip files.")
    made: list[Path] = []
    whole = 0
    for texts in (texts for one in sent for texts in _read(one.file)):
        whole += sum(map(len, texts.values()))
        if len(made) == _MOST_EXPORTS or whole > _MOST_TOGETHER:
            raise InputError("These are too many exports, or too large ones.", "Send fewer of them.")
        made.append(folder / str(len(made) + 1))
        made[-1].mkdir()
        for name, data in texts.items():
            (made[-1] / name).write_bytes(data)
    return made


def _read(file: BinaryIO) -> Iterator[dict[str, bytes]]:
    """Yield the files of each export in an archive: in folders, or at its top. Nothing else of it is read."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if len(names) > _MOST_ENTRIES:
                raise InputError("A .zip file holds too much to be exports of trials.", "Put only exports into it.")
            places = [PurePosixPath(name).parent for name in names if PurePosixPath(name).name == MANIFEST]
            if not places:
                raise InputError(
                    "A .zip file holds no export of a trial.",
                    "Choose what the page of a trial's report gives, or a folder of deepday trial export, zipped.",
                )
            for place in places:
                yield {
                    name: _bounded(archive, str(place / name))
                    for name in (*FILES, MANIFEST)
                    if str(place / name) in names
                }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise InputError("A file cannot be read as .zip.", "Choose the archives as they were given to you.") from None


def _bounded(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a file of an archive, which may say of its size what it likes."""
    with archive.open(name) as opened:
        data = opened.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise InputError("A file of an export is too large to be one.", "Ask for an unchanged export.")
    return data


def _file(visit: Visit) -> Response:
    found = visit.session.kept.get(_POOLED)
    if not isinstance(found, Pooled):
        raise InputError("There is no pooled result.", "Send the exports on this page first.")
    page = pool_page(found, chosen_language(visit), visit.clock)
    return send_sheet(visit, page, "trials-together", visit.part("kind"))


VIEWS = {HERE: _show, f"{HERE}.{{kind}}": _file}
ACTIONS = {f"{HERE}/read": back_to(HERE, _pool), f"{HERE}/check": back_to(HERE, _check)}
UPLOADS = tuple(ACTIONS)
