"""The page beside a service: how it is told that the service is stuck, and that the settings are broken."""

import itertools
from pathlib import Path

from httpx import Response

from deepday.app.vitals import PATIENCE, Vitals
from deepday.config.load import last_good, load_settings
from deepday.config.paths import config_file
from deepday.testing import TurnedClock
from deepday.web.frame import make_app
from deepday.web.sessions import Sessions
from tests.unit.web.visitor import ORIGINS, Browser, site_of

RIGHT = "[me]\nemail = 'ada@example.com'\n"


def test_a_service_whose_beats_stop_coming_is_not_ready(tmp_path: Path) -> None:
    with site_of(tmp_path) as site:
        vitals = Vitals(site.clock)
        browser = Browser(make_app(site.sessions, ORIGINS, site.clock, site.told.append, vitals), ORIGINS[0])

        def ready() -> int:
            return browser.get("/readyz").status_code

        site.clock.turn(PATIENCE * 9)
        assert ready() == 200, "none is expected yet"
        vitals.begin()
        for well, late in itertools.product((True, False), (0.0, PATIENCE)):
            site.clock.turn(late)
            assert ready() == 200
            site.clock.turn(1 + PATIENCE - late)
            assert ready() == 503
            assert browser.get("/healthz").text == "ok"
            vitals.beat(well=well)
            assert ready() == 200
        counts = browser.get("/metrics").text
        assert 'deepday_beats_total{result="ok"} 2.0' in counts
        assert 'deepday_beats_total{result="failed"} 2.0' in counts


def test_counts_have_labels_from_small_sets_only() -> None:
    clock = TurnedClock()
    vitals = Vitals(clock)
    vitals.count("changes", "google", "done", times=3)
    vitals.count("changes", "slack", "refused")
    browser = Browser(make_app(Sessions(clock), ORIGINS, clock, print, vitals), ORIGINS[0])
    told: Response = browser.get("/metrics")
    lines = [one for one in told.text.splitlines() if one.startswith("deepday_changes_total")]
    assert lines == [
        'deepday_changes_total{result="done",service="google"} 3.0',
        'deepday_changes_total{result="refused",service="slack"} 1.0',
    ]


def test_broken_settings_are_shown_though_those_before_hold(tmp_path: Path) -> None:
    with site_of(tmp_path) as site:
        config_file().parent.mkdir(parents=True)
        config_file().write_text(RIGHT)
        site.sign_in()
        with last_good():
            config_file().write_text(RIGHT + "zone = 'Atlantis'\nhoars = 'x'\n")
            assert load_settings().me.email == "ada@example.com"
            page = site.browser.get("/settings")
            assert page.status_code == 400
            assert "did you mean hours" in page.text
            config_file().write_text(RIGHT.replace("ada", "eve"))
            assert load_settings().me.email == "eve@example.com"
            config_file().write_text("[me")
            assert load_settings().me.email == "eve@example.com", "the last ones that were right"
