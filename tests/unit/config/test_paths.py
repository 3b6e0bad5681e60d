import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from deepday.config import paths


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEEPDAY_CONFIG", "DEEPDAY_DATA", "DEEPDAY_DATABASE_URL"):
        monkeypatch.setenv(name, "")


def test_without_a_word_the_platforms_folders_are_taken() -> None:
    data = Path(platformdirs.user_data_dir("deepday", appauthor=False))
    assert paths.config_file() == Path(platformdirs.user_config_dir("deepday", appauthor=False), "deepday.toml")
    assert paths.data_folder() == data
    assert paths.database_location() == data / "deepday.sqlite"


def test_the_environment_overrides_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPDAY_CONFIG", "~/mine.toml")
    monkeypatch.setenv("DEEPDAY_DATA", "/srv/deepday")
    assert paths.config_file() == Path.home() / "mine.toml"
    assert paths.data_folder() == Path("/srv/deepday")
    assert paths.database_location() == Path("/srv/deepday/deepday.sqlite")
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", "postgresql://host/deepday")
    assert paths.database_location() == "postgresql://host/deepday"


def test_to_know_the_paths_nothing_heavy_is_imported() -> None:
    program = "import sys, deepday.config.paths; assert not {'pydantic', 'deepday.model'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
