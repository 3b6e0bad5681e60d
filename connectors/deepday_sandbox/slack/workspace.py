"""What belongs to Slack alone: the workspace, the app that is installed in it, and the switches."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from deepday_sandbox.office import Grant, Office, Worker

VENDOR = "slack"


@dataclass(slots=True)
class App:
    """The one app of the workspace, as its settings page has it.

    ``bot_events`` and ``user_events`` are the subscriptions (``message.im``, ``app_mention``, ...). An empty
    ``interactivity_url`` or ``commands_url`` means the ``request_url``. ``https_redirects`` refuses redirects to plain
    http, ``rotation`` hands out tokens that end after twelve hours, ``pkce`` allows code verifiers.
    """

    id: str = "A0DEEPDAY1"
    name: str = "deepday"
    client_id: str = "1111111111.2222222222"
    client_secret: str = "client-secret-of-the-sandbox"  # noqa: S105 - opens nothing but the sandbox
    signing_secret: str = "signing-secret-of-the-sandbox"  # noqa: S105
    verification_token: str = "verification-of-the-sandbox"  # noqa: S105
    bot_id: str = "B0DEEPDAYB"
    bot: Worker = field(
        default_factory=lambda: Worker("deepday@bots.invalid", "deepday", "UTC", is_bot=True, slack_id="U0DEEPDAYB")
    )
    redirect_uris: list[str] = field(default_factory=list)
    https_redirects: bool = True
    rotation: bool = False
    pkce: bool = False
    bot_events: set[str] = field(default_factory=set)
    user_events: set[str] = field(default_factory=set)
    request_url: str = ""
    interactivity_url: str = ""
    commands_url: str = ""
    socket_mode: bool = False


@dataclass(slots=True)
class Mishaps:
    """How many of the next events get lost, come twice, or change places with the one after them.

    Over HTTP: ``forge`` of the next requests carry a wrong signature, and ``hang_up`` are sent whole, and their answer
    is not waited for.
    """

    lose: int = 0
    double: int = 0
    swap: int = 0
    forge: int = 0
    hang_up: int = 0


@dataclass(slots=True)
class Delivery:
    """An event on its way. ``due`` is office time; ``reason`` and ``link`` are those of the attempt that failed."""

    event_id: str
    body: dict[str, Any]
    due: float
    attempt: int = 0
    reason: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver an event. ``reason`` is empty where it was accepted."""

    event_id: str
    number: int
    reason: str = ""


@dataclass(slots=True)
class ResponseUrl:
    """Where an app may answer a command or a button later: five times, for half an hour."""

    room: str
    user: str
    until: float
    uses: int = 5
    message: int = 0


@dataclass(slots=True)
class Workspace:
    """The state of the face, kept in ``office.vendor["slack"]``. The first block holds the switches tests may turn.

    ``commercial`` treats the app as distributed outside the Marketplace: history one request a minute, 15 messages.
    ``tiers`` enforces the rate limits of all methods, by the office clock. ``snooze_longest`` is in minutes.
    ``search_lag`` hides messages younger than that many seconds from search; ``hidden_before`` (UTC seconds) hides
    older ones everywhere, as a plan without the full history does. ``ack_seconds`` is real time for HTTP
    and office time for Socket Mode.
    """

    commercial: bool = False
    tiers: bool = False
    admins: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    muted: dict[str, set[str]] = field(default_factory=dict)
    snooze_longest: int = 43_200
    search_lag: int = 0
    hidden_before: int = 0
    ack_seconds: float = 3.0
    events_per_hour: int = 30_000
    mishaps: Mishaps = field(default_factory=Mishaps)

    team_id: str = "T0OFFICE01"
    team_name: str = "Office"
    domain: str = "office"
    app: App = field(default_factory=App)
    bot_grant: Grant | None = None
    user_grants: dict[str, Grant] = field(default_factory=dict)
    consents: dict[str, dict[str, str]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    dnd_ended: dict[str, int] = field(default_factory=dict)
    requests: dict[tuple[str, ...], deque[float]] = field(default_factory=dict)
    scheduled: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    ephemeral: list[dict[str, Any]] = field(default_factory=list)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    triggers: dict[str, tuple[float, str]] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    queue: list[Delivery] = field(default_factory=list)
    held: Delivery | None = None
    delivered: list[Attempt] = field(default_factory=list)
    counted: deque[float] = field(default_factory=deque)
    numbers: int = 0

    def number(self) -> int:
        """Return a number that was not given before, for ids."""
        self.numbers += 1
        return self.numbers

    def accepted(self, delivery: Delivery) -> None:
        """Note that an event arrived."""
        self.delivered.append(Attempt(delivery.event_id, delivery.attempt))


def workspace(office: Office) -> Workspace:
    """Return the workspace of an office, made when first asked for."""
    found = office.vendor.setdefault(VENDOR, Workspace())
    if not isinstance(found, Workspace):
        raise TypeError('office.vendor["slack"] is not a Workspace')
    return found


def find_worker(office: Office, key: str) -> Worker | None:
    """Return whom a Slack id or an address names, the app's bot among them."""
    bot = workspace(office).app.bot
    return bot if key in {bot.slack_id, bot.email} else office.people.find(key)
