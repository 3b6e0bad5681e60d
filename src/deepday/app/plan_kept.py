"""The options that a plan was proposed with: what is done with it afterwards goes by the same."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from deepday.app.plan_request import PlanRequest
from deepday.clock import Clock
from deepday.config.paths import database_location
from deepday.store.repository import Store, open_store

_OF_REQUEST = ("me", "zone", "hours", "holidays", "count_tentative", "preset", "keep_titles")


def kept_text(asked: PlanRequest, first: date) -> str:
    """Return the options of a plan that begins on ``first``, to be kept with its days."""
    return json.dumps(
        {
            "first": first.isoformat(),
            "weeks": asked.length,
            "engine": asked.engine,
            "request": {name: getattr(asked.request, name) for name in _OF_REQUEST},
            "given": asked.given,
        },
        default=str,  # dates
    )


def whose_options(asked: PlanRequest) -> str:
    """Return which plan's options they are: the owner's own (empty), or those of a team file."""
    return str(asked.team.resolve()) if asked.team else ""


def with_kept(asked: PlanRequest, clock: Clock) -> PlanRequest:
    """Return what is asked with the options that the plan was proposed with, where the command gives none.

    Options of a plan that is over no longer count.
    """
    if not Store.exists(database_location()):
        return asked
    with open_store(database_location(), clock) as store:
        text = store.plans().options(whose_options(asked))
    kept = json.loads(text) if text else None
    if kept is None:
        return asked
    over = date.fromisoformat(kept["first"]) + timedelta(weeks=kept["weeks"])
    if over <= clock.now().date():
        return asked
    request = {name: kept["request"][name] for name in _OF_REQUEST if not getattr(asked.request, name)}
    given = {name: value for name, value in asked.given.items() if value is not None and value != ()}
    return replace(
        asked,
        request=replace(asked.request, first=asked.request.first or kept["first"], **request),
        weeks=asked.weeks if asked.weeks is not None else kept["weeks"],
        engine=asked.engine if asked.engine != "auto" else kept["engine"],
        given=_read(kept["given"]) | given,
    )


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    fixed = tuple({**one, "date": date.fromisoformat(one["date"])} for one in given.get("fixed", ()))
    return {**given, "fixed": fixed}
