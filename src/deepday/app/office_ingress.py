"""What Slack brings over HTTP for many people on a shared database: into the rows of whose app it is, then an answer.

Each person has an app of their own, and each app an address of its own here: the number in it says whose it may be, the
signature with that person's secret that it is. Nothing of theirs is opened before that.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from deepday.app.accounts import provider_named
from deepday.app.ingress import slack_reader
from deepday.app.urgent_running import SOURCE, opened_ledger
from deepday.clock import Clock
from deepday.config.acting import Acting, acting_for
from deepday.config.load import load_settings
from deepday.connect import Delivered, Delivery, DeliveryReader, DeliverySource
from deepday.connect.reach import only_public
from deepday.connect.secrets import SecretReference
from deepday.errors import DeepdayError, InputError, NotEnoughDataError, RetryLaterError
from deepday.model import Secret
from deepday.store.office import Office

KNOWN_SECONDS = 30.0
"""For how long a person's secret, or that there is no such person, is known before the register is asked again."""

_MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class _Door:
    """How deliveries for one person are proven, ``None`` for not at all, and until when that is known."""

    reader: DeliveryReader | None
    until: float


class OfficeReception:
    """Keeps what is brought for anybody in the register. Safe to be used by several threads.

    ``networks``: private ones that may be entered. ``put``: takes a person's number, and lets a worker see to what
    they were asked. ``log`` takes a sentence, with nobody's name in it. Raises :class:`InputError` where the connector
    for Slack, or a library that it needs, is not installed.
    """

    def __init__(
        self,
        office: Office,
        clock: Clock,
        networks: Sequence[str],
        put: Callable[[int], object],
        log: Callable[[str], None],
    ) -> None:
        self.clock = clock
        self.log = log
        connector = provider_named(SOURCE)
        if not isinstance(connector, DeliverySource):
            raise InputError("The connector for Slack takes nothing over HTTP.", "Install deepday's own.")
        connector.delivery_reader(Secret(""), None, clock)  # loads what it needs before anybody waits for it
        self._connector = connector
        self._office = office
        self._networks = networks
        self._put = put
        self._doors: dict[int, _Door] = {}
        self._lock = threading.Lock()
        self._said: dict[int, str] = {}

    def proven(self, tenant: int, delivery: Delivery) -> Delivered | None:
        """Return what a delivery is, ``None`` where it was not signed by that person's app; its signal is not read.

        Raises :class:`DeepdayError` while the register cannot be read.
        """
        reader = self._door(tenant).reader
        return None if reader is None else reader.read_delivery(delivery)

    def keep(self, tenant: int, delivery: Delivery) -> None:
        """Keep what a delivery says, in the rows of that person; returns after the commit, and raises without one.

        What is kept is seen to at once where a worker is free, else within a minute, by itself. Raises
        :class:`DeepdayError` where it is not kept.
        """
        try:
            with self._acting(tenant):
                new = self._received(delivery)
        except DeepdayError as error:
            self._tell(tenant, error.what)
            raise
        except Exception as error:
            self._tell(tenant, f"an error of deepday's own, {type(error).__name__}.")
            raise DeepdayError("It could not be kept.") from error
        self._tell(tenant, "")
        if new:
            self._put(tenant)

    def _received(self, delivery: Delivery) -> bool:
        """Keep a delivery for whom this thread works; tell whether there is anything new to be seen to."""
        with opened_ledger(self.clock) as ledger, ExitStack() as stack:
            reader = slack_reader(load_settings().ingress, ledger.accounts, stack)
            delivered = reader.read_delivery(delivery) if reader else None
            if delivered is None or not delivered.known:
                raise RetryLaterError("Nobody is connected to Slack there.")
            if delivered.signal is None:
                return delivered.missed
            return any(ledger.desk.receive(delivered.signal, source=SOURCE))

    def _acting(self, tenant: int) -> ExitStack:
        member = self._office.member(tenant)
        stack = ExitStack()
        stack.enter_context(acting_for(Acting(tenant, member.settings, self._office.store_url(tenant))))
        stack.enter_context(only_public(self._networks))
        return stack

    def _door(self, tenant: int) -> _Door:
        now = self.clock.monotonic()
        with self._lock:
            known = self._doors.get(tenant)
        if known is not None and now < known.until:
            return known
        made = _Door(self._reader(tenant), now + KNOWN_SECONDS)
        with self._lock:
            self._doors.pop(tenant, None)
            self._doors[tenant] = made
            while len(self._doors) > _MOST_KNOWN:
                self._doors.pop(next(iter(self._doors)))
        return made

    def _reader(self, tenant: int) -> DeliveryReader | None:
        """Return what proves deliveries for somebody, and knows nothing else of theirs."""
        try:
            with self._acting(tenant):
                named = load_settings().ingress.slack_signing_secret
                secret = SecretReference.parse(named).resolve() if named else None
        except NotEnoughDataError:  # there is no such person
            return None
        except InputError as error:
            self._tell(tenant, error.what)
            return None
        return self._connector.delivery_reader(secret, None, self.clock) if secret else None

    def _tell(self, tenant: int, problem: str) -> None:
        """Tell each trouble of somebody's once, by their number."""
        with self._lock:
            said = self._said.pop(tenant, "")
            if problem:
                self._said[tenant] = problem
            while len(self._said) > _MOST_KNOWN:
                self._said.pop(next(iter(self._said)))
        if problem and problem != said:
            self.log(f"What comes for tenant {tenant} is refused: {problem}")
