"""What there is to make a case from, and what to do next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deepday.app.agreed import agreement_file, find_agreement
from deepday.app.case_tasks import stored_tasks
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.paths import database_location
from deepday.model.agreement import Agreement
from deepday.store.repository import Store, open_store
from deepday.store.rows import SourceKind

_STEPS = """
Asking for deep-work days
  deepday case tasks FILE --keep                  what needs unbroken time
  deepday case brief --html brief.html            one page for your manager
  deepday case script                             the conversation
  deepday case meeting --ics talk.ics             a time for it

Asking for relief
  deepday case tasks FILE --keep                  what there is, what could go
  deepday case script --situation overload        the conversation
  deepday case meeting --situation overload       a time for it

After the talk
  deepday case agreement --write --agreed-on DATE what was agreed, as data
  deepday case mail --to EMAIL --action TEXT      who does what by when
  deepday case check-in --ics check-in.ics        look at it again in some weeks

At any time
  deepday case log, benefit, metrics, check FILE, templates
""".splitlines()


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to make a case from. ``measured``: in words; ``agreement``: ``None`` where nothing was written."""

    measured: str
    tasks: int
    agreement: Agreement | None
    file: Path
    willing: int


def standing(clock: Clock) -> Standing:
    """Return what there is."""
    settings = load_settings()
    return Standing(
        measured=_measured(clock),
        tasks=len(stored_tasks(clock).tasks),
        agreement=find_agreement(None, settings),
        file=agreement_file(None, settings),
        willing=sum(one.agreed for one in settings.point_people),
    )


def overview(clock: Clock | None = None) -> Iterator[str]:
    """Give the lines of the overview."""
    found = standing(clock or SystemClock())
    yield "What there is:"
    yield f"  measured      {found.measured}"
    yield f"  tasks         {found.tasks or 'none'} kept"
    if found.agreement is None:
        yield "  agreement     none yet; one day a week is proposed"
    else:
        kind = f"agreed on {found.agreement.agreed_on}" if found.agreement.agreed else "a proposal"
        yield f"  agreement     {kind}, in {found.file}"
    yield f"  point people  {found.willing or 'none'} who agreed ([[point_people]] in the settings)"
    yield from _STEPS


def _measured(clock: Clock) -> str:
    if not Store.exists(database_location()):
        return "nothing (give --calendar and --slack-export, or deepday import)"
    with open_store(database_location(), clock) as store:
        reach = {
            kind: max((item.end for item in store.coverage(kind)), default=0)
            for kind in (SourceKind.CALENDAR, SourceKind.ACTIVITY)
        }
    words = {SourceKind.CALENDAR: "calendar", SourceKind.ACTIVITY: "chat"}
    return ", ".join(
        f"{words[kind]} to {datetime.fromtimestamp(end, UTC).date()}" if end else f"no {words[kind]}"
        for kind, end in reach.items()
    )
