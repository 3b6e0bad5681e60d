"""The ingress as a whole, over HTTP: what nobody signed leaves no row, what is signed and makes no sense no error."""

import http.client
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

from tests.fuzz.mutating import mutated, mutated_text
from tests.fuzz.targets import ALERTS, ForgedError, forgery, is_signed, nonsense
from tests.integration.ingress_office import ALERT_SECRET, IngressOffice, ingress_office

REFUSED = frozenset({400, 401, 404, 405, 408, 413, 429})
_TURN_AFTER = 4000  # alerts, of which 6000 a minute are taken
_HUNG_UP = (http.client.HTTPException, ConnectionError, BrokenPipeError, TimeoutError)


@dataclass
class Whole:
    """Sends requests over a connection that is made anew when the server closes it. ``answers``: how many of which."""

    office: IngressOffice
    answers: Counter[str] = field(default_factory=Counter)
    alerts: int = 0

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection(urlsplit(self.office.url).netloc, timeout=20)
        self._kept = self.office.rows()

    def ask(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Return the status; 0 where the server hung up, or where it is nothing that can be sent."""
        try:
            self._line.request("POST", path, body, headers)
            answer = self._line.getresponse()
            answer.read()
        except (ValueError, UnicodeError, http.client.InvalidURL):
            self._line.close()
            self.answers["not sent"] += 1
            return 0
        except _HUNG_UP:
            self._line.close()
            self.answers["hung up"] += 1
            return 0
        self.answers[str(answer.status)] += 1
        return answer.status

    def without_proof(self, chance: random.Random) -> None:
        """Send what nobody signed: it is refused."""
        made, kind = forgery(chance, self.office.now(), self.office.secret), chance.randrange(4)
        if kind == 0:
            secret = (mutated_text(ALERT_SECRET, chance) if chance.random() < 0.5 else "x").strip()
            headers = {"authorization": chance.choice(("Bearer ", "Basic ", "")) + secret}
            status = 401 if secret == ALERT_SECRET else self.ask("/alerts/training", chance.choice(ALERTS), headers)
        elif kind == 1:
            token = mutated(b"5183.0123456789abcdef0123456789abcdef", chance)
            status = self.ask(f"/ask/{quote(token)}", b"name=a&text=b", {})
        else:
            # Blanks around a header's value are no part of it.
            made.headers.update({name: value.strip(" \t") for name, value in made.headers.items()})
            genuine = made.genuine or is_signed(made, self.office.secret)
            status = 401 if genuine else self.ask("/slack", made.body, made.headers)
        if status and status not in REFUSED:
            raise ForgedError(f"what nobody signed was answered with {status}")

    def with_proof(self, chance: random.Random) -> None:
        """Send what is signed and makes no sense: it is kept, or said to be nothing."""
        if chance.random() < 0.5:
            self.alerts += 1
            if self.alerts % _TURN_AFTER == 0:
                self.office.office.pass_time(61)
            body = mutated(chance.choice(ALERTS), chance, chance.choice(ALERTS))
            status = self.ask("/alerts/training", body, {"authorization": f"Bearer {ALERT_SECRET}"})
        else:
            made = nonsense(chance, self.office.now(), self.office.secret)
            status = self.ask("/slack", made.body, made.headers)
        assert status in {0, 200, *REFUSED}, f"what is signed was answered with {status}"

    def no_row(self) -> None:
        """Raise :class:`ForgedError` when a row is there that was not before."""
        if self.office.rows() != self._kept:
            raise ForgedError(f"{self.office.rows() - self._kept} rows are there of what nobody signed")


@contextmanager
def whole() -> Iterator[Whole]:
    """Give an ingress that listens, of an office of its own."""
    with TemporaryDirectory() as folder, ingress_office(Path(folder), most=6000) as office:
        yield Whole(office)
