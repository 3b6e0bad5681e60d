"""Deleting what was kept long enough: single messages and events, as the settings say."""

from deepday.app.urgent_running import Ledger
from deepday.config.load import load_settings
from deepday.store.trials import TrialState

DAY = 86_400


def purge_rows(ledger: Ledger) -> int:
    """Delete single messages and events that are older than ``privacy.keep_rows``; return how many there were.

    Not while a trial runs: its outcome is computed from them. Raises what the store and the settings do.
    """
    days = load_settings().privacy.keep_rows
    trial = ledger.store.trials().newest(ledger.person)
    if days is None or (trial is not None and trial.state is TrialState.RUNNING):
        return 0
    midnight = ledger.desk.now() // DAY * DAY
    return ledger.store.forget_rows(midnight - days * DAY)
