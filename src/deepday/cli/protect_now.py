"""``deepday pause``, ``resume``, ``extend``, ``end-early``, ``adopt``: decisions while a block is on."""

from typing import Annotated

import typer

from deepday.cli.options import Json
from deepday.cli.protect import end

Until = Annotated[str | None, typer.Option("--until", metavar="HH:MM", help="Until this time today.")]
For = Annotated[str | None, typer.Option("--for", metavar="LENGTH", help='For this long: "45m", "1h30m".')]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", help="Why, in your words: kept, and shown where breaks are counted.")
]


def pause(until: Until = None, for_: For = None, why: Why = "", json_: Json = False) -> None:
    """Show and hold nothing for a while, by default until the block's end. The event stays in your calendar."""
    from deepday.app import protect_deciding  # noqa: PLC0415 - help does without

    end(protect_deciding.pause(until, for_, why=why), "deepday.pause/1", json_=json_)


def resume(json_: Json = False) -> None:
    """End a pause."""
    from deepday.app import protect_deciding  # noqa: PLC0415 - help does without

    end(protect_deciding.resume(), "deepday.resume/1", json_=json_)


def extend(until: Until = None, for_: For = None, json_: Json = False) -> None:
    """Let the block that is on last longer; --for counts from its end."""
    from deepday.app import protect_deciding  # noqa: PLC0415 - help does without

    end(protect_deciding.extend(until, for_), "deepday.extend/1", json_=json_)


def end_early(why: Why = "", json_: Json = False) -> None:
    """End the block that is on now: everything is put back, and its event ends now."""
    from deepday.app import protect_deciding  # noqa: PLC0415 - help does without

    end(protect_deciding.end_early(why=why), "deepday.end-early/1", json_=json_)


def adopt(json_: Json = False) -> None:
    """Protect your days from this device from now on, instead of from another one."""
    from deepday.app import protect_deciding  # noqa: PLC0415 - help does without

    end(protect_deciding.adopt(), "deepday.adopt/1", json_=json_)
