"""``deepday sync``: bring calendars and activity up to date."""

import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

if TYPE_CHECKING:
    from deepday.app.following import Caught
    from deepday.app.syncing import Synced, SyncRequest

_MINUTE = 60


def sync(
    name: Annotated[
        str | None, typer.Argument(metavar="[ACCOUNT]", help="An account or a provider; all if left out.")
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option("--also", metavar="CALENDAR", help="Read this calendar too, from now on.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Then go on: hear chat as it happens, until you press Ctrl-C.")
    ] = False,
    every: Annotated[
        int, typer.Option("--every", metavar="MINUTES", min=1, help="With --follow: sync everything this often.")
    ] = 15,
    json_: Json = False,
) -> None:
    """Bring calendars and chat activity up to date: everything at first, later only what changed.

    It may be interrupted at any point and run again: nothing is lost and nothing counts twice. Of each account the
    primary calendar is read; name others with --also.

    With --follow it stays: messages count when they are written, where the account allows that (Slack: --allow events),
    and everything is synced again at an interval.
    """
    from deepday.app import syncing  # noqa: PLC0415 - help does without

    if follow:
        if json_:
            raise typer.BadParameter("it is for one sync, and --follow has no end.", param_hint="--json")
        _follow(syncing.SyncRequest(name, tuple(also or ())), every * 60)
        return
    done = []
    with show.progress() as progress:
        for synced in syncing.sync(syncing.SyncRequest(name, tuple(also or ())), progress):
            done.append(synced)
            if not json_:
                _say(synced)
    if json_:
        show.print_json({"schema": "deepday.sync/1", "sources": [_row(synced) for synced in done]})
    codes = [synced.error.exit_code for synced in done if synced.error]
    if codes:
        raise typer.Exit(max(codes))


def _follow(request: "SyncRequest", every: int) -> None:
    """Follow until somebody interrupts it, or asks the process to end."""
    from deepday.app import following  # noqa: PLC0415 - help does without

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tally = _Tally()
    with show.progress() as progress, suppress(KeyboardInterrupt):
        news = following.follow(following.FollowRequest(request, every), progress)
        for one in news:
            if isinstance(one, following.Caught):
                tally.count(one)
            elif one is not None:
                tally.say()
                _say(one)
    tally.say()
    show.say("Stopped. Nothing was lost: deepday sync goes on from here.")


class _Tally:
    """Counts what was heard, and says so once a minute at most."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}
        self._said_at = 0

    def count(self, caught: "Caught") -> None:
        who = f"{caught.provider} {caught.account}"
        added, removed = self._counts.get(who, (0, 0))
        self._counts[who] = added + caught.added, removed + caught.removed
        if caught.at - self._said_at >= _MINUTE:
            self._said_at = caught.at
            self.say()

    def say(self) -> None:
        for who, (added, removed) in self._counts.items():
            if added or removed:
                show.say(f"{who}: heard {added} new, {removed} taken back.")
        self._counts.clear()


def _say(synced: "Synced") -> None:
    who = synced.source or f"{synced.provider} {synced.account}"
    if synced.error:
        show.say(f"{who}: {synced.error.what}")
        show.say(f"  {synced.error.advice}")
    else:
        kind = "read in full" if synced.full else "up to date"
        counts = f"{synced.changed} changed, {synced.removed} removed, {synced.skipped} left out"
        show.say(f"{who}: {kind} ({counts}).")
    if synced.others:
        show.say(f"  Not read: {', '.join(synced.others)}. To read one too: deepday sync --also NAME")


def _row(synced: "Synced") -> dict[str, object]:
    return {
        "provider": synced.provider,
        "account": synced.account,
        "source": synced.source,
        "full": synced.full,
        "pages": synced.pages,
        "changed": synced.changed,
        "removed": synced.removed,
        "skipped": synced.skipped,
        "not_read": list(synced.others),
        "error": synced.error and {"what": synced.error.what, "advice": synced.error.advice},
    }
