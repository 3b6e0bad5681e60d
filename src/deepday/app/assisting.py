"""What an assistant may read and propose: little, about its person alone, and every call is written down first.

An assistant sees weeks and sums, dates and states; no title, no name or address of anybody, no text, no account. It
changes nothing: what it would like changed is a proposal, which its person accepts or declines.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from deepday.app.measuring import as_json, measure_period
from deepday.app.plan_actions import accept, move, skip
from deepday.app.plan_request import PlanRequest, parse_date
from deepday.app.protect_status import status
from deepday.app.protecting import owner
from deepday.app.request import Request
from deepday.app.storing import open_existing_store
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.connect import no_progress
from deepday.errors import InputError
from deepday.model import Person
from deepday.store.audit import Note
from deepday.store.proposals import Proposal, ProposalKind, ProposalState

LONGEST_WHY = 300
AHEAD = timedelta(weeks=8)
"""How far ahead the plan is told, and days may be proposed."""

_NAME = re.compile(r"[^\w .()/-]")


@dataclass(frozen=True, slots=True)
class Assistant:
    """An assistant at work for the owner of the store. ``name``: what it calls itself."""

    clock: Clock
    name: str = "unnamed"

    def measures(self, first: str | None, last: str | None) -> dict[str, object]:
        """Return weeks and sums, as in the shareable report; by default of the last five full weeks."""
        self._ask("measures")
        outcome = measure_period(Request(first=first, last=last), no_progress, ledger=False, clock=self.clock)
        found = as_json(outcome.measurement, shareable=True)
        return {**found, "enough": outcome.problem is None, "why_not": outcome.problem.what if outcome.problem else ""}

    def plan(self) -> dict[str, object]:
        """Return the deep-work days from today on: date, which part of the day, and whether it was accepted."""
        person, today = self._ask("plan"), self._today()
        with open_existing_store(self.clock) as store:
            days = store.plans().days(person.email, today, today + AHEAD)
        rows = [{"date": one.date.isoformat(), "part": one.part, "state": one.state.value} for one in days]
        return {"schema": "deepday.assistant.plan/1", "from": today.isoformat(), "days": rows}

    def status(self) -> dict[str, object]:
        """Return what is on, what comes, and whether something is in trouble."""
        self._ask("status")
        found = status(self.clock)
        span = [
            {"start": _instant(when.start, found.zone), "end": _instant(when.end, found.zone)}
            for _, when in (*found.active, *found.ahead)
        ]
        return {
            "schema": "deepday.assistant.status/1",
            "on": span[: len(found.active)],
            "ahead": span[len(found.active) :],
            "paused_until": _instant(found.paused_until, found.zone) if found.paused_until else None,
            "kept_by_a_service": bool(found.kept_by),
            "troubles": len(found.trouble),
            "an_account_must_be_connected_again": found.reconnect,
        }

    def proposals(self) -> dict[str, object]:
        """Return what was proposed so far, and what its person decided."""
        person = self._ask("proposals")
        with open_existing_store(self.clock) as store:
            found = store.proposals().all(person.email.lower())
        return {"schema": "deepday.proposals/1", "proposals": [proposal_row(one) for one in found]}

    def propose(self, kind: str, day: str, to: str | None, why: str) -> dict[str, object]:
        """Keep a proposal for its person. Raises :class:`InputError` for one that cannot be."""
        person = _owner(self.clock)
        one = self._proposal(kind, day, to, why)
        with open_existing_store(self.clock) as store:
            note = Note("assistant proposal", "", "proposed again", f"{self._called()}: {said(one)}", "assistant")
            kept = store.proposals().add(person.email.lower(), one, note)
        return {
            "schema": "deepday.proposal/1",
            **proposal_row(kept),
            "note": "Nothing was changed. The person decides: deepday proposals",
        }

    def _proposal(self, kind: str, day: str, to: str | None, why: str) -> Proposal:
        if kind not in set(ProposalKind):
            raise InputError(f"{kind!r} cannot be proposed.", f"Propose one of {', '.join(ProposalKind)}.")
        when, where = parse_date(day), parse_date(to) if to else None
        if (kind == ProposalKind.MOVE) != (where is not None):
            raise InputError("A move needs the date to move to, and nothing else has one.", "Correct to_date.")
        today = self._today()
        for one in filter(None, (when, where)):
            if not today <= one <= today + AHEAD:
                raise InputError(f"{one} is not within {today} and {today + AHEAD}.", "Propose a day in this time.")
        short = " ".join(why.split())[:LONGEST_WHY]
        return Proposal(0, ProposalKind(kind), when, where, short, self._called(), ProposalState.OPEN, 0)

    def _ask(self, tool: str) -> Person:
        """Write down that something is asked for; return whose it is."""
        person = _owner(self.clock)
        with open_existing_store(self.clock) as store:
            note = Note(f"assistant: {tool}", "", "read", f"Asked by {self._called()}.", "assistant")
            store.proposals().note(person.email.lower(), note)
        return person

    def _called(self) -> str:
        return _NAME.sub("", self.name).strip()[:40] or "unnamed"

    def _today(self) -> date:
        return self.clock.now().astimezone(_owner(self.clock).zone).date()


def waiting(clock: Clock) -> list[Proposal]:
    """Return all proposals, the newest first, for the person who decides."""
    with open_existing_store(clock) as store:
        return store.proposals().all(_owner(clock).email.lower())


def accept_proposal(number: int, clock: Clock) -> str:
    """Do what was proposed, as if its person had asked for it themselves; return what was done.

    Raises :class:`InputError` where it does not wait any more, or where the plan's rules stand against it; then it
    goes on waiting.
    """
    one = _waiting(number, clock)
    asked, day = PlanRequest(Request()), one.date.isoformat()
    doing: dict[ProposalKind, Callable[[], str]] = {
        ProposalKind.ACCEPT: lambda: accept(asked, [day], no_progress, clock).said,
        ProposalKind.SKIP: lambda: skip(asked, [day], no_progress, clock).said,
        ProposalKind.MOVE: lambda: move(asked, day, str(one.to), no_progress, clock).said,
    }
    done = doing[one.kind]()
    _decide(number, ProposalState.ACCEPTED, done, clock)
    return done


def decline_proposal(number: int, clock: Clock) -> str:
    """Keep that its person does not want it."""
    one = _waiting(number, clock)
    _decide(number, ProposalState.DECLINED, "Declined.", clock)
    return f"Declined: {said(one)}."


def proposal_row(one: Proposal) -> dict[str, object]:
    """Return a proposal as values for JSON."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "date": one.date.isoformat(),
        "to_date": one.to.isoformat() if one.to else None,
        "why": one.why,
        "assistant": one.assistant,
        "state": one.state.value,
        "proposed_at": datetime.fromtimestamp(one.proposed_at, UTC).isoformat(),
    }


def said(one: Proposal) -> str:
    """Return what is proposed, in words."""
    return f"{one.kind} {one.date}" + (f" to {one.to}" if one.to else "")


def _waiting(number: int, clock: Clock) -> Proposal:
    for one in waiting(clock):
        if one.id == number and one.state is ProposalState.OPEN:
            return one
    raise InputError(f"Proposal {number} does not wait for a decision.", "See: deepday proposals")


def _decide(number: int, state: ProposalState, why: str, clock: Clock) -> None:
    with open_existing_store(clock) as store:
        store.proposals().decide(_owner(clock).email.lower(), number, state, why)


def _owner(clock: Clock) -> Person:
    return owner(load_settings(), clock)


def _instant(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).isoformat()
