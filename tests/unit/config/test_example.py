import json
import re
import tomllib
from pathlib import Path

import pytest

from deepday.config.example import EXAMPLE, SCHEMA, example_toml, json_schema, write_files
from deepday.config.load import load_settings
from deepday.config.settings import Settings

CONFIG = Path(__file__).parents[3] / "config"


@pytest.mark.parametrize("name", [EXAMPLE, SCHEMA])
def test_the_files_in_the_repository_are_those_that_the_settings_give(name: str, tmp_path: Path) -> None:
    write_files(tmp_path)
    assert (CONFIG / name).read_text(encoding="utf-8") == (tmp_path / name).read_text(encoding="utf-8"), (
        "run: python -m deepday.config.example config"
    )


def test_the_example_as_it_stands_sets_nothing() -> None:
    assert Settings.model_validate(tomllib.loads(example_toml())) == Settings()


def test_the_example_with_every_line_taken_in_is_valid_and_sets_everything(tmp_path: Path) -> None:
    file = tmp_path / "deepday.toml"
    file.write_text(re.sub(r"^#(?=\S)", "", example_toml(), flags=re.MULTILINE), encoding="utf-8")
    settings = load_settings(file)
    assert settings.model_fields_set == set(Settings.model_fields)
    for table in (settings.me, *settings.trips, settings.measure, settings.privacy):
        assert table.model_fields_set == set(type(table).model_fields)
    assert settings.measure.model_copy(update={"hourly_rate": None}) == Settings().measure


def test_other_examples_are_valid_too(tmp_path: Path) -> None:
    file = tmp_path / "deepday.toml"
    single = re.sub(r"^#\[\[.*?(?=^\[)", "", example_toml(), flags=re.DOTALL | re.MULTILINE)
    example = re.sub(r"Another example: (.*)\n#(\w+) = .*", r"\n\2 = \1", single)
    file.write_text(example, encoding="utf-8")
    settings = load_settings(file)
    assert (settings.me.holidays, settings.measure.preset, settings.privacy.keep_titles) == ("DE-BE", "viva/1", True)


def test_the_schema_names_every_setting_and_admits_no_other() -> None:
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert set(schema["properties"]) == set(Settings.model_fields)
    tables = [schema, *schema["$defs"].values()]
    for table in tables:
        described = table if "properties" in table else table["anyOf"][1]
        assert described["additionalProperties"] is False
        for setting in described["properties"].values():
            assert setting["description"]
    assert schema["$defs"]["MeasureSettings"]["properties"]["burst_gap"]["unit"] == "minutes"
