"""``deepday revoke-all``: end every access at once."""

from typing import TYPE_CHECKING, Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

if TYPE_CHECKING:
    from deepday.app.revoking import EndedAccount, Revoked


def revoke_all(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json_: Json = False,
) -> None:
    """End deepday's access to every account, at the vendors; delete the tokens; seal what stays with new keys.

    For the day on which a token, the key or this machine came into wrong hands. What a vendor lets nobody end but its
    owner is told with the address; so is what failed, and running it again goes on there. Leaves with exit code 1
    while anything of it is left to do. What was measured, planned and noted stays.
    """
    from deepday.app import revoking  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    clock = SystemClock()
    found = revoking.reach(clock)
    for one in found.still_there:
        show.say(f"Something of deepday's is still in {one}. Without access it cannot be taken back from here.")
    names = ", ".join(f"{account} ({provider})" for provider, account in found.accounts) or "no account"
    if not yes and not typer.confirm(f"End the access to {names}, and make all keys anew?", err=True):
        raise typer.Exit(1)
    done = revoking.revoke_all(clock)
    if json_:
        show.print_json({"schema": "deepday.revoke-all/1", **_values(done)})
    else:
        show.lines(_lines(done))
        for note in done.notes:
            show.say(note)
    if not done.whole:
        raise typer.Exit(1)


def _values(done: "Revoked") -> dict[str, object]:
    accounts = [
        {
            "account": one.account,
            "provider": one.provider,
            "ended": one.ended,
            "tokens_deleted": one.forgotten,
            "left": list(one.left),
        }
        for one in done.accounts
    ]
    return {"accounts": accounts, "keys_renewed": done.keys_renewed, "left": list(done.left), "done": done.whole}


def _lines(done: "Revoked") -> list[str]:
    lines = [f"{_state(one)}: {one.account} ({one.provider})" for one in done.accounts]
    lines.append("Keys made anew" if done.keys_renewed else "Keys NOT made anew")
    left = [f"{one.account} ({one.provider}): {words}" for one in done.accounts for words in one.left]
    todo = [*left, *done.left]
    return [*lines, *(["", "Left to do:"] if todo else []), *(f"  {words}" for words in todo)]


def _state(one: "EndedAccount") -> str:
    tokens = "tokens deleted here" if one.forgotten else "tokens kept, and used for nothing else"
    return f"{'Access ended' if one.ended else 'Access NOT wholly ended'}, {tokens}"
