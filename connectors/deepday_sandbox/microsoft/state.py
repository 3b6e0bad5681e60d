"""What only the Microsoft face keeps: registered apps, sign-ins under way, subscriptions, and its switches."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cryptography import x509

from deepday_sandbox.microsoft.series import Item
from deepday_sandbox.office.calendars import Entry
from deepday_sandbox.office.tokens import Grant

NAME = "graph"
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"  # the tenant of personal accounts


@dataclass(slots=True)
class App:
    """An app registration. ``public`` allows public client flows; ``roles`` are granted application permissions.

    ``mailboxes`` restricts application permissions to those addresses (``None``: every mailbox of the tenant).
    """

    client_id: str
    name: str = "deepday"
    public: bool = True
    redirect_uris: tuple[str, ...] = ("http://localhost",)
    certificates: list[x509.Certificate] = field(default_factory=list)
    roles: frozenset[str] = frozenset()
    mailboxes: frozenset[str] | None = None


@dataclass(slots=True)
class DeviceFlow:
    """A device code: what was asked for, and how the person at the browser decided."""

    client_id: str
    scope: str
    tenant: str
    user_code: str
    until: int
    email: str = ""
    declined: bool = False
    polled: float = -1e9


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What an authorisation code is bound to."""

    redirect_uri: str
    challenge: str
    nonce: str
    scope: str


@dataclass(slots=True)
class Subscription:
    """A webhook. ``owner`` is the address of the mailbox, ``until`` UTC seconds; ``asleep`` until reauthorised."""

    id: str
    client_id: str
    owner: str
    resource: str
    change_type: str
    notification_url: str
    until: int
    client_state: str = ""
    lifecycle_url: str = ""
    immutable: bool = False
    asleep: bool = False
    creator: str = ""


@dataclass(slots=True)
class Throttle:
    """The throttling switch, for each app and mailbox. 0 switches a limit off; windows count by the office's clock."""

    requests: int = 0
    window: int = 600
    concurrent: int = 0
    retry_after: str = "2.128"
    seen: dict[tuple[str, str], deque[int]] = field(default_factory=dict)
    running: dict[tuple[str, str], int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class Pushes:
    """Switches for notifications: how many of the next ones are lost, sent twice, or swapped with their successor.

    ``relays`` says where on loopback a public address ends, as a tunnel would have it: ``{"https://my.host":
    "http://127.0.0.1:8080"}``. An https address on loopback itself is served without TLS.
    """

    lose: int = 0
    double: int = 0
    reorder: int = 0
    relays: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Removal:
    """What a delta reports as gone: an entry or, with ``original``, an occurrence of a master."""

    entry: Entry
    reason: str
    original: datetime | date | None = None


@dataclass(slots=True)
class DeltaRound:
    """A delta answer that takes several pages: what is left to show is decided when the round begins."""

    shown: list[Item | Removal]
    journal: int
    delta: str


@dataclass(slots=True)
class GraphState:
    """Everything the face keeps under ``office.vendor["graph"]``.

    ``interaction`` makes sign-ins of an address fail with an AADSTS number until it is taken out again.
    ``duplicate_status`` is what a repeated transactionId answers: both 400 and 409 were seen in the wild.
    """

    tenant: str = "6f1d7e52-3c1b-4a5e-9c1f-0d8f1c2b3a4e"
    apps: dict[str, App] = field(default_factory=dict)
    devices: dict[str, DeviceFlow] = field(default_factory=dict)
    codes: dict[str, CodeRequest] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    refreshes: dict[str, Grant] = field(default_factory=dict)
    interaction: dict[str, int] = field(default_factory=dict)
    mailboxes: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    rounds: dict[str, DeltaRound] = field(default_factory=dict)
    throttle: Throttle = field(default_factory=Throttle)
    pushes: Pushes = field(default_factory=Pushes)
    device_interval: int = 5
    duplicate_status: int = 409
    subscription_minutes: int = 4230

    def register(self, app: App) -> App:
        """Add an app registration."""
        self.apps[app.client_id] = app
        return app
