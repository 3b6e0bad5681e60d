"""What comes in over HTTP: from many requests at once into the inbox, committed in groups, before anybody is answered.

One thread writes. Whoever waits for a commit waits for that of the whole group: a disk that takes long for one commit
takes as long for a hundred signals as for one.
"""

import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from deepday.app.accounts import Accounts, opened_accounts, provider_named
from deepday.app.keeping import fingerprint
from deepday.app.urgent_running import SOURCE, Ledger, opened_ledger
from deepday.clock import Clock
from deepday.config.ingress_settings import IngressSettings
from deepday.config.load import load_settings
from deepday.connect import Account, DeliveryReader, DeliverySource
from deepday.connect.secrets import SecretReference
from deepday.errors import DeepdayError, InputError, NotEnoughDataError, RetryLaterError
from deepday.model import Request, Secret, UrgentSignal

ALERTS, FORMS = "alerts", "forms"
"""Where signals come from that no vendor brings."""

MOST_WAITING = 2000
"""Requests that may wait for their commit; one more is refused, and comes again."""

GROUP = 128
_TURN = 1.0
_AGAIN = 5.0


@dataclass(frozen=True, slots=True)
class AlertDoor:
    """Where one machine's alerts come in. ``usual``: the class of those that name none. ``most``: a minute."""

    secret: Secret
    usual: str
    most: int


@dataclass(frozen=True, slots=True)
class Doors:
    """What is open, as the settings and the sign-ins are now. ``ledger``: None while nothing can be kept."""

    ledger: Ledger | None = None
    slack: DeliveryReader | None = None
    alerts: Mapping[str, AlertDoor] = field(default_factory=dict)
    form: bool = False


@dataclass(slots=True)
class _Waiting:
    signals: Sequence[UrgentSignal]
    source: str
    kept: "Future[list[bool]]" = field(default_factory=Future)


class Reception:
    """Keeps what comes in. ``log`` takes a sentence; ``came``: to be called after a commit; ``missed``: see Delivered.

    Safe to be used by several threads between :meth:`start` and :meth:`close`.
    """

    def __init__(self, clock: Clock, log: Callable[[str], None], came: Callable[[], None], missed: Callable[[], None]):
        self.clock = clock
        self.log = log
        self.missed = missed
        self.doors = Doors()
        self._came = came
        self._waiting: queue.Queue[_Waiting] = queue.Queue(MOST_WAITING)
        self._ended = threading.Event()
        self._opened = threading.Event()
        self._said = ""
        self._thread = threading.Thread(target=self._run, name="deepday inbox")

    def start(self) -> None:
        """Begin, and return when the doors are open, or it is known why they are not."""
        self._thread.start()
        self._opened.wait()

    def close(self) -> None:
        """Keep what waits, then end."""
        self._ended.set()
        self._thread.join()

    def keep(self, signals: Sequence[UrgentSignal], source: str) -> "Future[list[bool]]":
        """Keep signals, all or none; the future says which are new, once they are committed.

        It raises :class:`DeepdayError` when they are not. Raises :class:`RetryLaterError` when too many wait.
        """
        waiting = _Waiting(signals, source)
        if self.doors.ledger is None or self._ended.is_set():
            raise RetryLaterError("Nothing can be kept now.")
        try:
            self._waiting.put_nowait(waiting)
        except queue.Full:
            raise RetryLaterError("Too many wait to be kept.") from None
        return waiting.kept

    def request(self, one: str) -> Request | None:
        """Return a request that came by the form."""
        ledger = self.doors.ledger
        found = ledger.urgent.request(one) if ledger else None
        return found if found is not None and found.source == FORMS else None

    # The thread

    def _run(self) -> None:
        while not self._ended.is_set():
            again = 0.0
            try:
                with _opening(self.clock) as (doors, accounts, problem):
                    self.doors = doors
                    self._tell(problem)
                    self._opened.set()
                    if doors.ledger is None:
                        again = _AGAIN
                    else:
                        self._rounds(doors.ledger, accounts)
            except DeepdayError as error:
                self._tell(error.what)
                again = _AGAIN
            except Exception as error:  # noqa: BLE001 - a thread that dies would leave every signal unkept
                self._tell(f"an error of deepday's own, {type(error).__name__}.")
                again = _AGAIN
            if again:
                self.doors = Doors(None, self.doors.slack, self.doors.alerts, self.doors.form)
                self._refuse()
                self._opened.set()
                self._ended.wait(again)
        self.doors = Doors()
        self._refuse()

    def _rounds(self, ledger: Ledger, accounts: Accounts) -> None:
        """Keep what comes until a sign-in or the settings change, or all is over and nothing waits."""
        before, looked = fingerprint(accounts), self.clock.monotonic()
        while True:
            group = self._group()
            if group:
                self._keep(ledger, group)
            elif self._ended.is_set():
                return
            if self.clock.monotonic() - looked >= _TURN:
                if fingerprint(accounts) != before:
                    return
                looked = self.clock.monotonic()

    def _group(self) -> list[_Waiting]:
        """Return what waits, at most a group of it; wait for the first of it if need be."""
        found: list[_Waiting] = []
        try:
            found.append(self._waiting.get(timeout=0.05 if self._ended.is_set() else _TURN))
            while len(found) < GROUP:
                found.append(self._waiting.get_nowait())
        except queue.Empty:
            pass
        return [one for one in found if one.kept.set_running_or_notify_cancel()]

    def _keep(self, ledger: Ledger, group: list[_Waiting]) -> None:
        sources: defaultdict[str, list[_Waiting]] = defaultdict(list)
        for one in group:
            sources[one.source].append(one)
        for source, ones in sources.items():
            self._commit(ledger, source, ones)

    def _commit(self, ledger: Ledger, source: str, ones: list[_Waiting]) -> None:
        """Commit together; where that fails for a reason of one's own, each by itself."""
        try:
            new = iter(ledger.desk.receive(*(signal for one in ones for signal in one.signals), source=source))
        except DeepdayError as error:
            self._tell(error.what)
            for one in ones:
                one.kept.set_exception(error)
        except Exception as error:  # noqa: BLE001 - one that cannot be kept must not take the others with it
            if len(ones) > 1:
                for one in ones:
                    self._commit(ledger, source, [one])
                return
            self._tell(f"an error of deepday's own, {type(error).__name__}.")
            ones[0].kept.set_exception(DeepdayError("It could not be kept."))
        else:
            self._tell("")
            answers = [[next(new) for _ in one.signals] for one in ones]
            for one, answer in zip(ones, answers, strict=True):
                one.kept.set_result(answer)
            if any(any(answer) for answer in answers):
                self._came()

    def _refuse(self) -> None:
        """Refuse what waits: it comes again."""
        while True:
            try:
                one = self._waiting.get_nowait()
            except queue.Empty:
                return
            if one.kept.set_running_or_notify_cancel():
                one.kept.set_exception(RetryLaterError("Nothing can be kept now."))

    def _tell(self, problem: str) -> None:
        """Tell each trouble once."""
        said, self._said = self._said, problem
        if problem and problem != said:
            self.log(f"What comes in over HTTP is refused: {problem}")


@contextmanager
def _opening(clock: Clock) -> Iterator[tuple[Doors, Accounts, str]]:
    """Open the ledger, the account, and look the secrets up; say what keeps something of it shut."""
    settings = load_settings().ingress
    with ExitStack() as stack:
        ledger, problem = None, ""
        try:
            ledger = stack.enter_context(opened_ledger(clock))
        except (InputError, NotEnoughDataError) as error:
            problem = error.what
        accounts = ledger.accounts if ledger else stack.enter_context(opened_accounts(clock))
        slack = slack_reader(settings, accounts, stack)
        yield Doors(ledger, slack, _alert_doors(settings), settings.form), accounts, problem


def slack_reader(settings: IngressSettings, accounts: Accounts, stack: ExitStack) -> DeliveryReader | None:
    """Return what reads Slack's requests; of an account that is not connected, only its challenges."""
    if not settings.slack_signing_secret:
        return None
    connector = provider_named(SOURCE)
    if not isinstance(connector, DeliverySource):
        raise InputError("The connector for Slack takes nothing over HTTP.", "Install deepday's own.")
    secret = SecretReference.parse(settings.slack_signing_secret).resolve()
    account: Account | None = None
    for sign_in in accounts.tokens.sign_ins():
        if sign_in.provider == SOURCE and account is None:
            try:
                account = stack.enter_context(accounts.opened(sign_in))
            except DeepdayError:
                continue  # said elsewhere; until then its events come again
    return connector.delivery_reader(secret, account, accounts.clock)


def _alert_doors(settings: IngressSettings) -> dict[str, AlertDoor]:
    return {
        one.name: AlertDoor(SecretReference.parse(one.secret).resolve(), one.alert, one.most) for one in settings.alerts
    }
