"""The proof that no request was dropped: received = ended + open, each with its rows in the audit chain."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from deepday.model import ENDS, Request, RequestProof, RequestState
from deepday.store.audit import AuditRow
from deepday.store.protecting import ProtectStore
from deepday.store.urgent import UrgentStore

_ENDS = {state.value for state in ENDS}


def verify_requests(store: UrgentStore, protecting: ProtectStore, person: str, first: int, last: int) -> RequestProof:
    """Count a person's requests again, and follow each through the audit chain; others may write meanwhile."""
    broken = protecting.first_break()  # what is in the chain stays as it is
    with store.one_state():
        requests = store.requests(person, first=first, last=last)
        received = store.received(person, first, last)
        history = protecting.history(person)
    taken_up = sum(bool(one.reopens) for one in requests)
    ended = Counter(one.state.value for one in requests if not one.open)
    still = sum(one.open for one in requests)
    trails: dict[str, list[AuditRow]] = {}
    for row in history:
        if row.subject.startswith("request "):
            trails.setdefault(row.subject.removeprefix("request "), []).append(row)
    faults = [fault for one in requests for fault in _faults(one, trails.get(one.id, []))]
    if received + taken_up != ended.total() + still:
        faults.append(f"{received + taken_up} came in, {ended.total()} ended, and {still} are open.")
    if broken is not None:
        faults.append(f"Row {broken} of the audit chain is not as it was written.")
    return RequestProof(first, last, received, taken_up, ended, still, broken, tuple(faults))


def _faults(request: Request, trail: Sequence[AuditRow]) -> list[str]:
    """Return what does not hold for one request."""
    name, faults = f"Request {request.id}", []
    if not trail or trail[0].before:
        faults.append(f"{name}: the history does not say that it came in.")
    elif any(one.after != other.before for one, other in pairwise(trail)) or trail[-1].after != request.stage:
        faults.append(f"{name}: the history does not lead to where it is.")
    ends = [row for row in trail if row.after in _ENDS and row.before not in _ENDS]
    if len(ends) != (not request.open):
        faults.append(f"{name}: it has {len(ends)} ends.")
    needs_proof = not request.open and request.state is not RequestState.UNDELIVERABLE
    if needs_proof and not request.evidence:
        faults.append(f"{name}: nothing proves its end.")
    return faults
