"""``deepday connect``: sign in to accounts, list, test and remove them.

The connectors that are installed say which accounts there are and what a sign-in can be told, so their commands are
made when one is asked for.
"""

import inspect
import os
import sys
import time
import webbrowser
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from deepday.cli import show
from deepday.cli.options import Json

if TYPE_CHECKING:
    from deepday.connect import AccountProvider, SignInOption
    from deepday.model import Secret


class _Providers(TyperGroup):
    """The commands below, and one for each connector that connects accounts."""

    def list_commands(self, ctx: Any) -> list[str]:
        from deepday.app.accounts import providers  # noqa: PLC0415 - only when somebody asks what there is

        return [*providers(), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        from deepday.app.accounts import providers  # noqa: PLC0415 - same

        own = super().get_command(ctx, cmd_name)
        found = None if own else providers().get(cmd_name)
        return own if found is None else _command(cmd_name, found)


app = typer.Typer(
    cls=_Providers,
    help="Connect calendars, mail and chat. Only reading is asked for, unless --allow says more.",
    epilog="Example: deepday connect google --client-file client_secret.json",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _command(name: str, provider: "AccountProvider") -> Any:
    """Return the command that signs in to that provider, with the options that its connector names."""
    options = list(provider.sign_in_options())

    def sign_in(**given: Any) -> None:
        from deepday.app.accounts import connect  # noqa: PLC0415 - help does without

        browser = not given.pop("no_browser")
        told = {option.name: _told(given[option.name.replace("-", "_")]) for option in options}
        connected = connect(name, told, Terminal(browser=browser))
        show.say(f"Connected: {connected.account}")
        for note in connected.notes:
            show.say(f"  {note}")
        show.say("Next: deepday sync")

    parameters = [_parameter(option) for option in options]
    switch = Annotated[bool, typer.Option("--no-browser", help="Show the address only; open no browser.")]
    parameters.append(inspect.Parameter("no_browser", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=switch))
    sign_in.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
    sign_in.__annotations__ = {one.name: one.annotation for one in parameters}
    made = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    made.command(name, help=f"Connect {provider.title}.", epilog=f"Guide: docs/connect-{name}.md")(sign_in)
    return typer.main.get_command(made)


def _parameter(option: "SignInOption") -> inspect.Parameter:
    kind: Any = StrEnum("Choice", {word.upper(): word for word in option.choices}) if option.choices else str
    default: Any = option.default
    if option.flag:
        kind, default = bool, False
    elif option.many:
        kind, default = list[kind], [one for one in option.default.split(",") if one]
    shown = None if option.flag else "REFERENCE" if option.secret else "|".join(option.choices) or "TEXT"
    words = f"{option.help[0].upper()}{option.help[1:].rstrip('.')}."
    words = f"{words} Repeatable." if option.many else words
    told = typer.Option(f"--{option.name}", help=words, metavar=shown)
    return inspect.Parameter(
        option.name.replace("-", "_"), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, told]
    )


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value) if isinstance(value, str) else ",".join(value)


class Terminal:
    """The person at this terminal; satisfies :class:`deepday.connect.Dialogue`."""

    def __init__(self, *, browser: bool) -> None:
        self._browser = browser

    def say(self, words: str) -> None:
        """Print a sentence."""
        show.say(words)

    def open_page(self, address: str) -> None:
        """Print the address, and open it in a browser where there is one."""
        show.say(f"Open this page to sign in:\n{address}")
        if self._browser and (
            sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        ):
            webbrowser.open(address)

    def show_code(self, address: str, code: str) -> None:
        """Print page and code."""
        show.say(f"Open {address} on any device, and type this code there: {code}")

    def ask_secret(self, question: str) -> "Secret":
        """Ask without showing what is typed."""
        from deepday.errors import InputError  # noqa: PLC0415 - help does without
        from deepday.model import Secret  # noqa: PLC0415

        if not sys.stdin.isatty():
            text = sys.stdin.readline().strip()
            if not text:
                raise InputError(f"Nobody is here to answer: {question}", "Give it by an option; see --help.")
            return Secret(text)
        return Secret(str(typer.prompt(question, hide_input=True, err=True)).strip())

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


@app.command("list", epilog="Example: deepday connect list --json")
def list_(json_: Json = False) -> None:
    """List the connected accounts."""
    from deepday.app.accounts import opened_accounts  # noqa: PLC0415 - help does without
    from deepday.report.words import plain  # noqa: PLC0415

    with opened_accounts() as accounts:
        found = [(one, accounts.synced_at(one)) for one in accounts.connected()]
    if json_:
        rows = [
            {
                "account": one.account,
                "provider": one.provider,
                "scopes": sorted(one.scopes),
                "granted_at": one.granted_at,
                "synced_at": synced_at,
                "refused": one.refused,
            }
            for one, synced_at in found
        ]
        show.print_json({"schema": "deepday.accounts/1", "accounts": rows})
        return
    for one, synced_at in found:
        state = "must sign in again" if one.refused else f"connected since {show.date_of(one.granted_at)}"
        synced = f"synced {show.date_of(synced_at)}" if synced_at else "not synced yet"
        typer.echo(plain(f"{one.provider:10} {one.account}  {state}, {synced}"))


@app.command("test", epilog="Example: deepday connect test google")
def try_(
    name: Annotated[
        str | None, typer.Argument(metavar="[ACCOUNT]", help="An account or a provider; all if left out.")
    ] = None,
    json_: Json = False,
) -> None:
    """Read one thing through each door of each account, and say what works and what does not."""
    from deepday.app.accounts import examine_accounts  # noqa: PLC0415 - help does without

    show.checks(examine_accounts(name), json_=json_)


@app.command("remove", epilog="Example: deepday connect remove google")
def remove(
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="google, microsoft, slack, caldav.")],
    account: Annotated[str | None, typer.Argument(metavar="[ACCOUNT]", help="Which of several.")] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also while something of deepday's is still in the account.")
    ] = False,
) -> None:
    """Forget the tokens of an account. What was read of it stays until deepday erase.

    While something of deepday's is still in it, only with --anyway: take it back before, with deepday restore --all.
    """
    from deepday.app.accounts import remove as forget  # noqa: PLC0415 - help does without

    one = forget(provider, account, anyway=anyway)
    show.say(f"Removed: {one.account} ({one.provider}). Its tokens are gone from this machine.")
    show.say(f"  To end the grant itself, see docs/connect-{one.provider}.md.")
