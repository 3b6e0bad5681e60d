"""What happens next to a request. Pure: a request and what happened give the request after it, and what is to be sent.

``received`` → ``asked`` | ``waiting`` | ``routed 0`` → … → one end, with what proves it. Every step that changes the
stage is one row of the audit chain.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from deepday.model import ChainRole, Door, Request, RequestState, Responder, Verdict
from deepday.route.items import Channel, Item, Kind
from deepday.route.policy import RoutePolicy

_CAN_WAIT = frozenset({RequestState.ASKED, RequestState.WAITING, RequestState.SHOWN})
_BEING_TOLD = frozenset({RequestState.ROUTED, RequestState.DECLINED})


@dataclass(frozen=True, slots=True)
class Step:
    """What a request becomes.

    ``why`` and ``actor`` are for the audit chain. ``wake``: who lifts the owner's do not disturb; empty for nobody.
    ``reopen``: it has ended, and its sender says that it is urgent all the same.
    """

    request: Request
    items: tuple[Item, ...] = ()
    why: str = ""
    actor: str = "deepday"
    wake: str = ""
    reopen: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """A button that somebody pressed. ``proof``: the vendor's id of the press."""

    action: str
    by: str
    proof: str


def begin(request: Request, policy: RoutePolicy, now: int, digest_at: int) -> Step:
    """Begin with a received request; its chain is known. ``digest_at``: when what can wait is shown."""
    reply = _reply(request, policy)
    if request.verdict is Verdict.URGENT:
        start = 0
        step = _route(request, start, policy, now, request.why)
        return replace(step, items=(*reply, *step.items))
    state = RequestState.ASKED if request.verdict is Verdict.ASK else RequestState.WAITING
    return Step(replace(request, state=state, deadline=digest_at), reply, request.why)


def expired(request: Request, policy: RoutePolicy, now: int) -> Step:
    """Go on with a request that somebody had to answer, whose time is over."""
    turn = request.turn
    if request.state is RequestState.DECLINED:
        return _route(request, request.level + 1, policy, now, "the sender could not be told that it is not urgent")
    if turn is None:
        return Step(request)
    return _route(request, request.level + 1, policy, now, f"no answer of the {turn.role} in time")


def show(request: Request, policy: RoutePolicy, now: int) -> Step:
    """Put a request that can wait into a digest; it is shown again while nobody answers."""
    shown = replace(request, state=RequestState.SHOWN, deadline=now + policy.remind, in_digest=True)
    return Step(shown, why="its time has come" if request.state is not RequestState.SHOWN else "shown again")


def press(request: Request, pressed: Press, policy: RoutePolicy, now: int) -> Step:
    """Take a press of a button; one by somebody who may not press it changes nothing, and they are told."""
    action = pressed.action
    if action in {"urgent", "wait"}:
        step = _by_sender(request, pressed, policy, now) if pressed.by == request.sender else None
    elif action in {"answered", "snooze"}:
        step = _by_owner(request, pressed, policy, now) if _is_owner(request, pressed.by) else None
    else:
        who = request.responder(pressed.by)
        step = _by_responder(request, who, pressed, policy, now) if who else None
    if step is not None:
        return replace(step, actor=pressed.by)
    refused = Item(Kind.REFUSED, request.id, pressed.by, pressed.by, data={"why": "not yours"})
    return Step(request, (refused,), f"{action}: not theirs to say", pressed.by)


def withdraw(request: Request, proof: str, actor: str) -> Step:
    """End a request that its sender took back."""
    if not request.open:
        return Step(request)
    step = _end(request, RequestState.WITHDRAWN, proof, "the sender took it back")
    return replace(step, items=_inform(request, "withdrawn", ""), actor=actor)


def change(request: Request, proof: str, policy: RoutePolicy, now: int, verdict: Verdict, why: str) -> Step:
    """Take that its sender edited a request, or said more: those who were told see it; it may have become urgent."""
    if request.state in _BEING_TOLD:
        return Step(request, _inform(request, "changed", "", proof))
    if request.state in _CAN_WAIT and verdict is Verdict.URGENT:
        return _route(replace(request, verdict=verdict), 0, policy, now, why)
    return Step(request)


def join(request: Request, to: Request) -> Step:
    """Make a request part of an earlier one."""
    return _end(request, RequestState.JOINED, to.id, "the same conversation")


def sent(request: Request, item: Item, proof: str, *, heard: bool) -> Step:
    """Take that a message arrived. ``heard``: nothing keeps the owner's devices from telling of it."""
    if item.kind is Kind.DECLINED and request.state is RequestState.DECLINED:
        return _end(request, RequestState.NOT_URGENT, proof, "the sender was told")
    if item.kind is Kind.WAKE and _waits_for(request, ChainRole.OWNER) and (heard or item.channel is Channel.SECOND):
        step = _end(request, RequestState.DELIVERED, proof, "the owner was told")
        taken = _to_sender(request, Kind.TAKEN, "woken", {"how": "woken"})
        return replace(step, items=taken)
    return Step(request)


def failed(request: Request, item: Item, policy: RoutePolicy, now: int, why: str) -> Step:
    """Take that a message cannot be sent: the next one is told at once, not after the timer."""
    if item.kind is Kind.ASK and request.turn is not None and item.level == request.level:
        return _route(request, request.level + 1, policy, now, f"the {request.turn.role} could not be told: {why}")
    if item.kind is Kind.DECLINED and request.state is RequestState.DECLINED:
        return _route(request, request.level + 1, policy, now, f"the sender could not be told: {why}")
    if item.kind is Kind.REPLY and request.state is RequestState.ASKED:
        return _route(request, 0, policy, now, f"the sender could not be asked: {why}")
    if item.kind is Kind.WAKE and _waits_for(request, ChainRole.OWNER):
        return _route(request, len(request.chain), policy, now, f"the owner could not be told: {why}")
    return Step(request)


def unheard(request: Request, item: Item, proof: str, policy: RoutePolicy, now: int) -> Step:
    """Take that the owner's own quiet keeps them from hearing, and that there is no second way."""
    if item.kind is Kind.WAKE and _waits_for(request, ChainRole.OWNER):
        step = _route(request, len(request.chain), policy, now, "the owner's do not disturb is not ours to lift")
        return replace(step, request=replace(step.request, evidence=proof))
    return Step(request)


def answer(request: Request, by: str, proof: str) -> Step:
    """End a request that its owner has answered."""
    if not request.open:
        return Step(request)
    step = _end(request, RequestState.ANSWERED, proof, "the owner says so")
    return replace(step, items=_inform(request, "answered", by), actor=by)


def acknowledge(request: Request, by: str, proof: str) -> Step:
    """End a request that its owner takes by hand, past all buttons."""
    if not request.open:
        return Step(request)
    step = _end(request, RequestState.ACKNOWLEDGED, f"{by} {proof}", "the owner takes it")
    told = _to_sender(request, Kind.TAKEN, "taken", {"how": "woken"})
    return replace(step, items=(*told, *_inform(request, "answered", by)), actor=by)


def pass_on(request: Request, by: str, policy: RoutePolicy, now: int) -> Step:
    """Tell the next one, as somebody wants it by hand."""
    if not request.open:
        return Step(request)
    return replace(_route(request, request.level + 1, policy, now, "passed on by hand"), actor=by)


# The parts


def _route(request: Request, level: int, policy: RoutePolicy, now: int, why: str) -> Step:
    while level < len(request.chain) and not request.chain[level].chat:
        why, level = f"{why}; the {request.chain[level].role} is not known in chat", level + 1
    if level >= len(request.chain):
        step = _end(request, RequestState.UNDELIVERABLE, "", why)
        others = _inform(request, "undeliverable", "")
        return replace(step, items=(*_to_sender(request, Kind.ANNOUNCE, "end", {}), *others))
    responder = request.chain[level]
    routed = replace(
        request, state=RequestState.ROUTED, level=level, deadline=now + policy.patience(responder.role), evidence=""
    )
    if responder.role is ChainRole.OWNER:
        item = Item(Kind.WAKE, request.id, responder.chat, str(level), level=level, data={"name": responder.name})
        return Step(routed, (item,), why, wake=why)
    item = Item(Kind.ASK, request.id, responder.chat, str(level), level=level, data={"name": responder.name})
    return Step(routed, (item,), why)


def _by_sender(request: Request, pressed: Press, policy: RoutePolicy, now: int) -> Step:
    if pressed.action == "urgent":
        if not request.open:
            return Step(request, why="the sender says that it is urgent all the same", reopen=True)
        if request.state in _CAN_WAIT:
            return _route(request, 0, policy, now, "the sender says that it is urgent")
        return Step(request)
    if request.state is RequestState.ASKED:
        return Step(replace(request, state=RequestState.WAITING), why="the sender says that it can wait")
    if request.state in _BEING_TOLD:
        waiting = replace(request, state=RequestState.WAITING, deadline=max(now, request.until))
        return Step(waiting, _inform(request, "waits", ""), "the sender says that it can wait")
    return Step(request)


def _by_owner(request: Request, pressed: Press, policy: RoutePolicy, now: int) -> Step:
    if pressed.action == "answered":
        return answer(request, pressed.by, pressed.proof)
    if request.state in _CAN_WAIT:
        later = replace(request, state=RequestState.WAITING, deadline=now + policy.snooze)
        return Step(later, why="the owner puts it off")
    return Step(request)


def _by_responder(request: Request, who: Responder, pressed: Press, policy: RoutePolicy, now: int) -> Step:
    if not request.open:
        late = Item(Kind.REFUSED, request.id, pressed.by, f"{pressed.by}/late", data={"why": "ended"})
        return Step(request, (late,))
    if pressed.action == "take":
        step = _end(request, RequestState.ACKNOWLEDGED, f"{pressed.by} {pressed.proof}", f"the {who.role} takes it")
        told = _to_sender(request, Kind.TAKEN, "taken", {"how": "taken", "by": pressed.by})
        return replace(step, items=(*told, *_inform(request, "taken", pressed.by)))
    owner = len(request.chain) - 1
    if pressed.action == "wake" and request.state is RequestState.ROUTED and request.level != owner:
        return _route(request, owner, policy, now, f"the {who.role} wakes the owner")
    # What others say counts only while it is their turn: the request has moved on otherwise.
    if request.turn != who or who.role is ChainRole.OWNER:
        return Step(request)
    if pressed.action == "pass":
        return _route(request, request.level + 1, policy, now, f"the {who.role} passes it on")
    return _not_urgent(request, who, pressed, policy, now) if pressed.action == "not_urgent" else Step(request)


def _not_urgent(request: Request, who: Responder, pressed: Press, policy: RoutePolicy, now: int) -> Step:
    why, proof = f"the {who.role} finds it not urgent", f"{pressed.by} {pressed.proof}"
    told = _to_sender(request, Kind.DECLINED, str(request.level), {"by": pressed.by})
    if not told:  # nobody asked who could be told: its end says who found it so
        return _end(request, RequestState.NOT_URGENT, proof, why)
    return Step(replace(request, state=RequestState.DECLINED, deadline=now + policy.told, evidence=proof), told, why)


def _end(request: Request, state: RequestState, proof: str, why: str) -> Step:
    return Step(replace(request, state=state, deadline=0, evidence=proof), why=why)


def _is_owner(request: Request, by: str) -> bool:
    return any(one.role is ChainRole.OWNER and one.chat == by for one in request.chain)


def _waits_for(request: Request, role: ChainRole) -> bool:
    return request.turn is not None and request.turn.role is role


def _reply(request: Request, policy: RoutePolicy) -> tuple[Item, ...]:
    """Return the answer to the sender: one for each conversation and block, outside of blocks one for each day."""
    day = datetime.fromtimestamp(request.received_at, UTC).astimezone(policy.zone).date()
    span = request.block or day.isoformat()
    return _to_sender(request, Kind.REPLY, "", {}, f"{request.source}/{request.reply_to}/{request.thread}/{span}")


def _to_sender(request: Request, kind: Kind, what: str, data: dict[str, str], mark: str = "") -> tuple[Item, ...]:
    if request.door in {Door.ALERT, Door.UNPARSED} or not request.reply_to:
        return ()  # a machine, or nobody knows whom to tell
    item = Item(kind, request.id, request.reply_to, mark or what, thread=request.thread, data=data)
    return (item,)


def _inform(request: Request, what: str, by: str, mark: str = "") -> tuple[Item, ...]:
    """Return a word to everybody who was told, and is not the one who did it."""
    told = request.chain[: request.level + 1]
    return tuple(
        Item(Kind.INFORM, request.id, one.chat, f"{what}/{one.chat}{mark and '/'}{mark}", data={"what": what, "by": by})
        for one in told
        if one.chat and one.chat != by
    )
