"""Deleting what was kept long enough: single messages and events, as the settings say."""

from datetime import UTC, datetime

from deepday.app.urgent_running import Ledger
from deepday.config.load import load_settings
from deepday.store.trials import LogEntry, LogKind, StoredTrial, TrialBook, TrialState

DAY = 86_400
_OVER = frozenset({LogKind.ENDED, LogKind.STOPPED, LogKind.LOOKED})


def purge_rows(ledger: Ledger) -> int:
    """Delete single messages and events that are older than ``privacy.keep_rows``; return how many there were.

    Nothing is deleted while a trial runs, nor before it ended or was designed that long ago: its outcome is computed
    from them. When they go, that is noted in the trial's log, and the result is not computed again. Raises what the
    store and the settings do.
    """
    days = load_settings().privacy.keep_rows
    if days is None:
        return 0
    book, now = ledger.store.trials(), ledger.desk.now()
    before = (now // DAY - days) * DAY
    trial = book.newest(ledger.person)
    if trial is not None:
        if trial.state is TrialState.RUNNING or _since(book, trial) >= before:
            return 0
        if not any(one.kind is LogKind.PURGED for one in book.log(trial.id)):
            day = datetime.fromtimestamp(now, UTC).date()
            book.add(trial.id, LogEntry(LogKind.PURGED, "", day, "", None, now))
    return ledger.store.forget_rows(before)


def _since(book: TrialBook, trial: StoredTrial) -> int:
    """Return since when a trial is over or, where it has not begun, designed, in UTC seconds."""
    if trial.state is TrialState.DESIGNED:
        return trial.made_at
    return max((one.at for one in book.log(trial.id) if one.kind in _OVER), default=0)
