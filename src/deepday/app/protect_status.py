"""How protection stands, from what is kept: no account is asked."""

from deepday.app.protecting import Protection, protection
from deepday.clock import Clock
from deepday.model import OverrideKind
from deepday.report.protect_view import ShownSlot, ShownStatus, moment
from deepday.store.ledger import FINAL, EntryState
from deepday.store.slots import Phase


def status(clock: Clock | None = None) -> ShownStatus:
    """Return what is on, what comes, and what is in trouble."""
    with protection(clock, offline=True) as found:
        return _status(found)


def _status(found: Protection) -> ShownStatus:
    now, zone = found.now(), found.person.zone
    view = found.reconciler.view(found.name)
    under_way = [one for one in view.live if one.when.start <= now < one.when.end]
    ahead = sorted((one for one in view.live if one.when.start > now), key=lambda one: one.when.start)
    pauses = [one.when.end for one in view.known.schedule.overrides if one.kind is OverrideKind.PAUSE]
    paused = max((end for end in pauses if end > now and under_way and not view.active), default=0)
    slots = [one for one in view.known.slots if one.owned or one.phase is not Phase.FREE or one.skip]
    entries = view.known.entries
    sign_ins = found.accounts.tokens.sign_ins()
    refused = [one for one in sign_ins if one.refused]
    trouble: list[tuple[str, str]] = []
    for sign_in in refused:
        error = found.accounts.refusal(sign_in)
        trouble.append((error.what, error.advice))
    for backoff in view.known.backoffs:
        if backoff.until > now:
            what = f"{backoff.account} at {backoff.provider} is left in peace until {moment(backoff.until, zone)}: "
            trouble.append((what + backoff.problem, f"See: deepday connect test {backoff.provider}"))
    for slot in slots:
        if slot.phase in {Phase.BLOCKED, Phase.DEGRADED}:
            trouble.append((f"The {slot.target}: {slot.problem}", ""))
    for entry in entries:
        if entry.state is EntryState.DEAD and entry.when.end > now:
            trouble.append((f"The {entry}: {entry.problem}", ""))
    return ShownStatus(
        zone=zone,
        now=now,
        active=tuple((one.block, one.when) for one in under_way),
        ahead=tuple((one.block, one.when) for one in ahead),
        paused_until=paused,
        slots=tuple(
            ShownSlot(
                service=one.target.provider,
                account=one.target.account,
                what=one.target.setting.value,
                phase=one.phase.value,
                value=one.written[-1] if one.written else None,
                looked_at=one.checked_at,
                problem=one.problem,
            )
            for one in slots
        ),
        events=sum(one.state not in FINAL and one.when.end > now for one in entries),
        trouble=tuple(trouble),
        reconnect=bool(refused),
    )
