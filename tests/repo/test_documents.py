"""The documents say what is so: commands, options, settings, links and the quickstart itself."""

import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
from pydantic import ValidationError

from deepday.cli.main import app
from deepday.config.settings import Settings
from tests.command import ran
from tests.repo.reference import PAGES, commands, settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")]
# What runs deepday elsewhere: in a container, a pod, or by its path.
ELSEWHERE = re.compile(
    r"^.*docker compose (?:.* )?(?:exec deepday (?=deepday )|run --rm (?:.* )?(?:(?=deepday )|(?:worker|person) ))"
    r"|^.*kubectl .* -- (?=deepday )|^.* /\S+/bin/(?=deepday )"
)
COMMAND = typer.main.get_command(app)


def lines(document: Path) -> Iterator[str]:
    """Yield each command line that a document shows in a block or between backticks."""
    text = document.read_text(encoding="utf-8").replace("\\\n", " ")
    text = re.sub(r'"\$\(.*?\)"', "VALUE", text)
    blocks = re.findall(r"^```(?:sh|console)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^    (deepday .*)$", text, re.MULTILINE)
    quoted = re.findall(r"`((?:deepday|docker compose|kubectl) [^`\n]+)`", text)
    for given in [*(one for block in blocks for one in block.splitlines()), *indented, *quoted]:
        line = inside(given)
        if line.startswith("deepday "):
            yield re.split(r"\s{3,}|\s#|\s\|\s|…|, or deepday", line)[0]


def inside(line: str) -> str:
    """Return the command of deepday's in one of Docker's, of kubectl's, or of a shell with a prompt; else the line."""
    line = re.sub(r"^[$#] ", "", line)
    found = ELSEWHERE.match(line)
    return re.sub(r"^(?!deepday )", "deepday ", line[found.end() :]) if found else line


def unknown(words: list[str]) -> str:
    """Say what of a command line does not exist; empty when all of it does."""
    command: Any = COMMAND
    context = click.Context(command, info_name="deepday")
    left = list(words)
    while left:
        word = left.pop(0)
        options = {name: one for one in command.get_params(context) for name in (*one.opts, *one.secondary_opts)}
        if re.match(r"--?[a-z]", word):
            name = word.split("=")[0]
            if name not in options:
                return name
            if "=" not in word and not getattr(options[name], "is_flag", False) and left:
                left.pop(0)
        elif hasattr(command, "get_command") and re.fullmatch(r"[a-z-]+", word):
            found = command.get_command(context, word)
            if found is None:
                return word
            command, context = found, click.Context(found, parent=context, info_name=word)
    return ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_shown_exists_with_its_options(document: Path) -> None:
    wrong = {line: lacks for line in lines(document) if (lacks := unknown(shlex.split(line, comments=True)[1:]))}
    assert wrong == {}


def test_a_command_or_option_that_does_not_exist_would_be_found() -> None:
    assert unknown(["mesure"]) == "mesure"
    assert unknown(["case", "brief", "--hmtl", "x"]) == "--hmtl"
    assert unknown(["measure", "--html", "x"]) == ""
    for line in (
        "$ docker compose exec deepday deepday mesure --x",
        "docker compose run --rm worker mesure --x",
        "# runuser -- env A=b /opt/deepday/bin/deepday mesure --x",
        "kubectl exec statefulset/deepday -- deepday mesure --x",
    ):
        assert inside(line) == "deepday mesure --x"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_setting_shown_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for block in re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        given = tomllib.loads(block)
        if set(given) <= set(Settings.model_fields):
            try:
                Settings.model_validate(given)
            except ValidationError as error:
                extra = [one["loc"] for one in error.errors() if one["type"] == "extra_forbidden"]
                assert extra == [], block


def test_the_reference_is_what_commands_and_settings_are() -> None:
    for name, made in (("commands.md", commands()), ("settings.md", settings())):
        assert (PAGES / name).read_text(encoding="utf-8") == made, "run: make docs"


def test_every_document_can_be_found_from_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    missing = [
        path.name
        for path in ROOT.glob("docs/**/*.md")
        if path.name != "README.md" and str(path.relative_to(ROOT / "docs")) not in index
    ]
    assert missing == []


def test_the_quickstart_works_as_it_stands(tmp_path: Path) -> None:
    environment = os.environ | {
        "DEEPDAY_CONFIG": str(tmp_path / "deepday.toml"),
        "DEEPDAY_DATA": str(tmp_path / "data"),
        "DEEPDAY_CLOCK_OFFSET": "0",
    }

    def typed(words: list[str]) -> None:
        done = ran(*words, environment=environment, folder=tmp_path)
        assert done.code == 0, (words, done.out, done.err)

    typed(["demo", "--files", "--folder", "sample"])
    for name in ("calendar.ics", "export.zip"):
        shutil.copy(next((tmp_path / "sample").glob("*.ics" if name.endswith("ics") else "*.zip")), tmp_path / name)
    page = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for line in (line for block in blocks for line in block.splitlines()):
        typed(shlex.split(line.replace("you@example.com", "jonna.feldmark@example.com"))[1:])
    assert (tmp_path / "report.html").exists()
