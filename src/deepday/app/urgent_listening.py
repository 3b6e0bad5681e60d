"""Taking signals from a source: kept first, acknowledged then; and reading afterwards what may not have come in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from deepday.app.urgent import UrgentDesk
from deepday.connect import RequestSource, TellsGaps
from deepday.errors import DeepdayError

CATCH_UP_SECONDS = 300
"""How often histories are read, though nothing says that anything was missed."""

REFRESH_SECONDS = 3600
_TRY_AGAIN = 30


@dataclass(slots=True)
class Listening:
    """Listens for one desk.

    ``said``: what went wrong at the last round, in words; nothing of it stops the others. ``away``: why there is an
    account and no source; empty where there is a source, or nobody connected one. ``refresh``: called every hour, for
    what changes seldom; says what went wrong. ``over`` is asked in between whether a round should end early.
    """

    desk: UrgentDesk
    source: RequestSource | None
    refresh: Callable[[], Sequence[str]] = field(default=lambda: ())
    said: list[str] = field(default_factory=list)
    over: Callable[[], bool] = lambda: False
    away: str = ""
    _read_at: int = 0
    _refreshed_at: int = 0
    _gap: bool = True
    _gaps: int = 0

    def round(self, seconds: float = 0.0) -> None:
        """Take what is there and what arrives within ``seconds``, read what was missed, do what is due."""
        self.said = [self.away] if self.away else []
        self._try(lambda: self._take(seconds))
        if not 0 <= self.desk.now() - self._refreshed_at < REFRESH_SECONDS:
            self._refreshed_at = self.desk.now()
            self.said += self.refresh()
        if self._due():
            self._try(self._catch_up)
        self._try(self._step)

    def missed(self) -> None:
        """Say that something may have been missed: a connection was lost, the vendor held events back."""
        self._gap = True

    def _take(self, seconds: float) -> None:
        if self.source is None:
            return
        try:
            for signal in self.source.signals(seconds):
                self.desk.receive(signal)
                self.source.acknowledge(signal)
        except DeepdayError:
            self.missed()
            raise
        if isinstance(self.source, TellsGaps) and (gaps := self.source.gaps()) != self._gaps:
            self._gaps = gaps
            self._read_at = 0  # now, and not after a pause: nothing failed
            self.missed()

    def _due(self) -> bool:
        since = self.desk.now() - self._read_at
        return since < 0 or since >= (_TRY_AGAIN if self._gap else CATCH_UP_SECONDS)

    def _catch_up(self) -> None:
        self._read_at, self._gap = self.desk.now(), False
        try:
            self.desk.catch_up()
        except DeepdayError:
            self._gap = True
            raise

    def _step(self) -> None:
        self.desk.step(self.over)

    def _try(self, do: Callable[[], None]) -> None:
        try:
            do()
        except DeepdayError as error:
            self.said.append(error.what)
