"""``deepday config``: look at the settings, check them, and see what there is to set."""

import json

import typer

from deepday.cli import show

app = typer.Typer(help="Show, check and learn the settings.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show", epilog="Example: deepday config show")
def show_() -> None:
    """Show the settings in force, as JSON, and where they come from."""
    from deepday.config.load import load_settings  # noqa: PLC0415 - help does without
    from deepday.config.paths import config_file  # noqa: PLC0415

    path = config_file()
    show.say(str(path) if path.exists() else f"{path} (not there: all settings have their defaults)")
    show.print_json(load_settings().model_dump(mode="json"))


@app.command(epilog="Example: deepday config check")
def check() -> None:
    """Check the configuration file; every problem at once."""
    from deepday.app.checking import check_settings  # noqa: PLC0415

    show.say(check_settings())


@app.command(epilog="Example: deepday config example > deepday.toml")
def example() -> None:
    """Print a commented example with every setting and its default."""
    from deepday.config.example import example_toml  # noqa: PLC0415

    typer.echo(example_toml(), nl=False)


@app.command(epilog="Example: deepday config schema > deepday.schema.json")
def schema() -> None:
    """Print the JSON Schema, for editors that complete and check."""
    from deepday.config.example import json_schema  # noqa: PLC0415

    typer.echo(json.dumps(json_schema(), indent=2))


@app.command(epilog="Example: deepday config path")
def path() -> None:
    """Print where the configuration file and the data are."""
    from deepday.config.paths import config_file, data_folder  # noqa: PLC0415

    typer.echo(f"configuration {config_file()}")
    typer.echo(f"data          {data_folder()}")
