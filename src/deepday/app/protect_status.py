"""How protection stands, from what is kept: no account is asked."""

from collections.abc import Iterator

from deepday.app.accounts import again_command
from deepday.app.protect_shown import ALONE, not_back_yet
from deepday.app.protecting import KEEPER, Protection, protection
from deepday.app.self_audit import standing
from deepday.clock import Clock
from deepday.reconcile.desired import pause_of
from deepday.reconcile.view import View
from deepday.report.protect_view import ShownSlot, ShownStatus, moment
from deepday.store.ledger import FINAL, EntryState
from deepday.store.slots import Phase, Slot


def status(clock: Clock | None = None) -> ShownStatus:
    """Return what is on, what comes, and what is in trouble."""
    with protection(clock, offline=True) as found:
        return _status(found)


def _status(found: Protection) -> ShownStatus:
    now = found.now()
    view = found.reconciler.view(found.name)
    pause = pause_of(view.known.schedule, now)
    entries = [one for one in view.known.entries if one.state not in FINAL and one.when.end > now]
    keeper = found.store.held(KEEPER)
    return ShownStatus(
        zone=found.person.zone,
        now=now,
        active=tuple((one.block, one.when) for one in view.live if one.when.start <= now < one.when.end),
        ahead=tuple(
            (one.block, one.when) for one in sorted(view.live, key=lambda one: one.when.start) if one.when.start > now
        ),
        paused_until=pause.end if pause else 0,
        slots=tuple(_slot(one) for one in view.known.slots if one.owned or one.phase is not Phase.FREE),
        events=len(entries),
        trouble=tuple(_trouble(found, view)),
        notes=tuple(_notes(found, view, kept=keeper is not None)),
        kept_by=keeper.holder if keeper else "",
        meetings=tuple((one.block, one.when) for one in view.meetings if one.when.end > now),
        reconnect=any(one.refused for one in found.accounts.tokens.sign_ins()),
    )


def _slot(slot: Slot) -> ShownSlot:
    return ShownSlot(
        service=slot.target.provider,
        account=slot.target.account,
        what=slot.target.setting.value,
        phase=slot.phase.value,
        value=slot.written[-1] if slot.written else None,
        before=slot.baseline,
        looked_at=slot.checked_at,
        problem=slot.problem,
    )


def _trouble(found: Protection, view: View) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, and what to do about it."""
    now, known = found.now(), view.known
    sign_ins = found.accounts.tokens.sign_ins()
    for sign_in in sign_ins:
        if sign_in.refused:
            error = found.accounts.refusal(sign_in)
            yield error.what, error.advice
    clock = found.store.clock_problem()
    if clock:
        yield clock, "Set it right, by network time if it can be had: it is compared again by itself."
    yield from _looked_after(found)
    here = {(one.provider, one.account) for one in sign_ins}
    gone = {(one.provider, one.account) for one in known.entries if one.state not in FINAL and one.when.end > now}
    gone |= {(one.target.provider, one.target.account) for one in known.slots if one.owned}
    for provider, account in sorted(gone - here):
        what = f"{provider} {account} is not connected any more, and something of ours is still there."
        yield what, f"Connect it again (deepday connect {provider}), then run deepday restore --all."
    for backoff in known.backoffs:
        if backoff.until > now:
            until = moment(backoff.until, found.person.zone, now)
            what = f"{backoff.provider} {backoff.account} is left in peace until {until}. {backoff.problem}"
            yield what, f"It is tried again by itself. To look yourself: deepday connect test {backoff.provider}"
    for slot in known.slots:
        where = f"{slot.target.provider} {slot.target.account}: {slot.target.setting}"
        if slot.phase is Phase.BLOCKED:
            again = next(
                (again_command(one) for one in sign_ins if one.account == slot.target.account), "deepday connect"
            )
            yield f"{where} is still ours, and the account refuses us. {slot.problem}", f"Sign in again: {again}"
        elif slot.phase is Phase.DEGRADED:
            advice = (
                "It is done without until the next block. To do without for good, see [[accounts]] in the settings."
            )
            yield f"{where} could not be set or put back. {slot.problem}", advice
    for entry in known.entries:
        if entry.state is EntryState.DEAD and entry.when.end > now:
            yield f"{entry.provider} {entry.account}: an event was refused. {entry.problem}", "See: deepday history"
        elif entry.state in {EntryState.UNKNOWN, EntryState.INTENT, EntryState.REMOVING}:
            what = f"{entry.provider} {entry.account}: what became of an event is not known yet. {entry.problem}"
            yield what, "The next round looks: deepday apply, or deepday serve"


def _looked_after(found: Protection) -> Iterator[tuple[str, str]]:
    """Yield what hindered calendars, what the self-audit of a running service found, and that it stands still."""
    for words in found.store.calendar_problem().splitlines():
        yield words, "It is tried again by deepday apply, and when deepday serve starts."
    if found.store.held(KEEPER) is not None:
        for what in standing(found.accounts.store.self_audits().last(), found.now()):
            yield what, "Look at what deepday serve says; see also: deepday urgent list"


def _notes(found: Protection, view: View, *, kept: bool) -> Iterator[str]:
    now, approvals = found.now(), found.approvals()
    if not found.accounts.tokens.sign_ins():
        yield "No account is connected. Run: deepday connect google, microsoft, slack or caldav"
    for day in approvals.given_up:
        yield f"{day} was taken back after it was accepted. To have it again: deepday plan accept {day}"
    if approvals.new:
        days = ", ".join(str(one.start.date()) for one in approvals.new)
        yield f"Accepted, and not protected yet: {days}. Look with deepday diff, then run deepday apply."
    if approvals.meetings:
        yield f"Asked for, and not in your calendar yet: {len(approvals.meetings)} of your meetings. Run deepday apply."
    yield from not_back_yet(view)
    if view.known.device is None and view.known.slots:
        yield ALONE
    if approvals.withdrawn or approvals.changed:
        yield "The plan has changed since. Look with deepday diff, then run deepday apply."
    if not view.known.schedule.blocks and not approvals.new:
        yield "No deep-work day is accepted. Run deepday plan, then deepday plan accept."
    taken_over = {
        (one.target.provider, one.target.account, one.target.setting, one.problem)
        for one in view.known.slots
        if not one.owned and one.phase is Phase.FREE and one.skip and view.active
    }
    for provider, account, setting, problem in sorted(taken_over):
        yield f"{provider} {account}: {setting} is left to you until the next block ({problem})."
    if any(one.when.end > now for one in view.live) and not kept:
        grace = found.reconciler.policy.grace // 60
        yield (
            "deepday serve does not run: at the beginning of a block run deepday apply. What is set ends by itself "
            f"{grace} minutes after the block; what was there before comes back with deepday apply."
        )
