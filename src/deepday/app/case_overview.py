"""What there is to make a case from, and what to do next."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from deepday.app.case_making import agreement_file, find_agreement
from deepday.app.case_tasks import stored_tasks
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.paths import database_location
from deepday.store.repository import Store, open_store
from deepday.store.rows import SourceKind


def overview(clock: Clock | None = None) -> Iterator[str]:
    """Give the lines of the overview."""
    clock = clock or SystemClock()
    settings = load_settings()
    yield "What there is:"
    yield f"  measured     {_measured(clock)}"
    tasks = stored_tasks(clock)
    yield (
        f"  tasks        {len(tasks.tasks)} kept"
        if tasks.tasks
        else "  tasks        none kept: deepday case tasks FILE --keep"
    )
    agreement = find_agreement(None, settings)
    place = agreement_file(None, settings)
    if agreement is None:
        yield "  agreement    none yet; a proposal of one day a week is used: deepday case agreement --write"
    else:
        yield f"  agreement    {'agreed on ' + str(agreement.agreed_on) if agreement.agreed else 'a proposal'}, in {place}"
    willing = sum(one.agreed for one in settings.point_people)
    yield (
        f"  point people {willing} who agreed"
        if willing
        else "  point people none named: [[point_people]] in the settings"
    )
    yield ""
    yield "Asking for deep-work days:          Asking for relief:"
    yield "  1 deepday case tasks FILE --keep    1 deepday case tasks FILE --keep"
    yield "  2 deepday case brief                2 deepday case script --situation overload"
    yield "  3 deepday case script               3 deepday case meeting --situation overload"
    yield "  4 deepday case meeting"
    yield "After the talk, in both:"
    yield "  deepday case agreement --write, deepday case mail, deepday case check-in"
    yield "At any time: deepday case log, benefit, metrics, check FILE, templates"


def _measured(clock: Clock) -> str:
    if not Store.exists(database_location()):
        return "nothing imported; give --calendar and --slack-export, or: deepday import FILE, deepday sync"
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


def own_date(clock: Clock) -> date:
    """Return today's date where the owner lives, as far as the settings say; else in UTC."""
    zone = load_settings().me.zone
    return clock.now().astimezone(ZoneInfo(zone) if zone else UTC).date()
