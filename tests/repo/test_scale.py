"""docs/scale.md says what its own figures come to, and what the code does."""

from deepday.app import working
from deepday.config.serve_settings import QuotaSettings, WorkerSettings
from deepday.measure.teams import LEAST
from tests.repo import scale


def test_the_page_holds_the_computed_table() -> None:
    page = scale.PAGE.read_text(encoding="utf-8")
    assert "<!-- computed -->" in page
    assert scale.rewritten(page) == page, "run make docs"


def test_the_table_is_computed_from_what_the_code_takes_and_does() -> None:
    assert (scale.SYNC_REQUESTS, scale.TICK_REQUESTS) == (working._SYNC_REQUESTS, working._TICK_REQUESTS)
    assert (scale.TICK_EVERY, scale.URGENT_EVERY) == (working.TICK_EVERY, working.URGENT_EVERY)
    assert WorkerSettings().sync_every * 60 == scale.SYNC_EVERY
    assert QuotaSettings().google < scale.GOOGLE_A_MINUTE
    assert WorkerSettings().least == LEAST


def test_a_hundred_times_the_people_make_a_hundred_times_the_jobs_and_bytes() -> None:
    found = {row[0]: row[1:] for row in scale.rows()}
    jobs = next(cells for what, cells in found.items() if what.startswith("sync and tick"))
    assert [float(one.replace(",", "")) for one in jobs] == [2.2, 222.0, 22_222.0]
    assert found["rows on the disk, a year of everybody"] == ("3.9 GB", "390.0 GB", "39.0 TB")
