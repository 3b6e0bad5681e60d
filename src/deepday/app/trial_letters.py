"""The weekly letter by itself: written to a file each Monday of a trial, and mailed where the settings say so.

A worker mails the letters of many people, and writes no file: nobody looks for one where it runs. Files are written by
``deepday serve`` on the person's own machine.
"""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from deepday.app.mailing import send_mail
from deepday.app.request import Request
from deepday.app.storing import letters_folder, open_existing_store
from deepday.app.trial_designing import write_private
from deepday.app.trial_running import Kept, kept_trial, status
from deepday.app.trial_status import letter, letter_mail
from deepday.clock import Clock
from deepday.config.acting import ACTING
from deepday.config.load import load_settings
from deepday.config.settings import Settings
from deepday.connect import no_progress
from deepday.errors import DeepdayError, NotEnoughDataError, OutcomeUnknownError
from deepday.measure.days import week_key
from deepday.report.trial_letter import Letter
from deepday.store.trials import LogEntry, LogKind, TrialState
from deepday.trial.protocol import monday

HOUR = 8
"""From which hour of the day on, local time: nobody gets a mail at night."""

TRIES = 5
"""How often the mail of a week is tried."""

_FAILED, _DONE = 0, 1


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """The letter of a week. ``file``: where it was written, ``None`` for nowhere. ``mailed``: whether it was mailed."""

    file: Path | None
    mailed: bool

    @property
    def told(self) -> str:
        """What was done, for a line in a log."""
        return f"{'wrote and mailed' if self.mailed else 'wrote'} the letter on the trial"


def write_if_due(clock: Clock) -> WrittenLetter | None:
    """Write this week's letter where a trial runs and the settings ask for it, once a week; ``None``: nothing was due.

    What is mailed is noted before it is handed over, so that it is never sent twice, whoever else looks at the same
    time: a mail of which nobody knows whether it arrived is not repeated. Raises what measuring and :func:`send_mail`
    raise; then it is tried again.
    """
    settings = load_settings()
    if not settings.me.email or not _ours(settings):
        return None
    try:
        with open_existing_store(clock) as store:
            kept = kept_trial(store, Request(), clock)
    except NotEnoughDataError:
        return None
    week = week_key(kept.today)
    tried = [one.value for one in kept.log if one.kind is LogKind.LETTER and one.what == week]
    if not _due(kept, tried, clock):
        return None
    mailing = settings.trial.letter == "mail"
    made = letter(status(Request(), no_progress, clock))
    message = letter_mail(made, Request(), (settings.trial.letter_to,), clock) if mailing else None
    file = None if ACTING.get() else _written(made, week)
    if not _note(kept, week, _DONE, clock, seen=len(tried)):
        return None
    if message is not None:
        try:
            send_mail(message, settings.smtp)
        except OutcomeUnknownError:
            raise
        except DeepdayError:
            _note(kept, week, _FAILED, clock)
            raise
    return WrittenLetter(file, mailed=mailing)


def _ours(settings: Settings) -> bool:
    """Tell whether the letter is this process's affair, and not that of a worker, or of the person's own machine."""
    if ACTING.get():
        return settings.trial.letter == "mail"
    return settings.trial.letter == "file" or (settings.trial.letter == "mail" and settings.serve.jobs == "here")


def _written(made: Letter, week: str) -> Path:
    file = letters_folder() / f"trial-letter-{week}.txt"
    write_private(file, f"{made.subject}\n\n{made.text}")
    return file


def _due(kept: Kept, tried: list[int | None], clock: Clock) -> bool:
    now = clock.now().astimezone(ZoneInfo(kept.protocol.zone))
    running = kept.stored.state is TrialState.RUNNING and monday(kept.protocol.first) <= kept.today
    if not running or kept.today > kept.protocol.last or now.hour < HOUR:
        return False
    return not tried or (tried[-1] == _FAILED and tried.count(_FAILED) < TRIES)


def _note(kept: Kept, week: str, value: int, clock: Clock, seen: int | None = None) -> bool:
    entry = LogEntry(LogKind.LETTER, week, kept.today, "", value, int(clock.now().timestamp()))
    with open_existing_store(clock) as store:
        return store.trials().add(kept.stored.id, entry, seen)
