"""Ports for connecting an account: signing in with its owner, and opening it later with the tokens that this gave."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from deepday.clock import Clock
from deepday.connect.ports.account import Account
from deepday.connect.ports.tokens import TokenKeeper
from deepday.model import Secret, TokenSet


class Feature(StrEnum):
    """What deepday may do with an account; each is a consent of its own, and only reading is asked for unasked."""

    READ = "read"  # read calendars
    BLOCKS = "blocks"  # write, move and delete events of ours
    REPLIES = "replies"  # the automatic mail answer
    STATUS = "status"  # status, do not disturb, presence
    ACTIVITY = "activity"  # when messages were written, never what they say
    EVENTS = "events"  # the same, told as it happens
    MESSAGES = "messages"  # post messages of ours, receive urgent ones
    IN_PERSON = "in-person"  # take what people write to the owner in person during a block as a request
    ANSWERS = "answers"  # decline invitations to meetings within blocks
    OWN_CALENDAR = "own-calendar"  # make a calendar of our own, and write there


@dataclass(frozen=True, slots=True)
class SignInOption:
    """Something that a sign-in can be told, ``--name`` on the command line.

    ``many``: may be given more than once; the values are joined by commas. ``flag``: takes no value and is "yes" when
    given. ``secret``: its value is a reference (:class:`deepday.connect.secrets.SecretReference`), never the secret.
    A value that is not given is ``default``.
    """

    name: str
    help: str
    default: str = ""
    choices: tuple[str, ...] = ()
    many: bool = False
    flag: bool = False
    secret: bool = False


class Dialogue(Protocol):
    """The person who signs in, as a connector can speak to them."""

    def say(self, words: str) -> None:
        """Show a sentence."""
        ...

    def open_page(self, address: str) -> None:
        """Show the address of a page, and open it in a browser where there is one."""
        ...

    def show_code(self, address: str, code: str) -> None:
        """Ask to open a page, on any device, and to type the code there."""
        ...

    def ask_secret(self, question: str) -> Secret:
        """Ask for a secret, unseen. Raises :class:`~deepday.errors.InputError` where nobody can answer."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass between two looks at whether the person is done."""
        ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in gave.

    ``account``: what the vendor calls whoever signed in. ``email``: the address by which the owner stands in this
    account's calendars, empty where that is not known. ``options``: what
    :meth:`AccountProvider.open_account` needs besides the tokens; no secret among them. ``notes``: sentences that the
    person should read, like what an administrator's consent can reach.
    """

    account: str
    tokens: TokenSet
    email: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@runtime_checkable
class AccountProvider(Protocol):
    """A connector for live accounts. Light to make: heavy libraries are imported by the methods that need them."""

    @property
    def title(self) -> str:
        """Say in a few words what it connects to."""
        ...

    def sign_in_options(self) -> Sequence[SignInOption]:
        """Return what a sign-in can be told."""
        ...

    def sign_in(
        self, options: Mapping[str, str], person: Dialogue, clock: Clock, before: TokenSet | None = None
    ) -> SignedIn:
        """Let the person sign in, and make sure with one call that the account can be used.

        ``before``: what an earlier sign-in gave; what is in it need not be given again, a client's secret say.
        ``options`` has every name of :meth:`sign_in_options`. Must ask for no more than the features that were
        allowed. Raises :class:`~deepday.errors.InputError` for options that cannot be, and
        :class:`~deepday.errors.ReconnectNeededError` when the vendor or the person says no.
        """
        ...

    def open_account(
        self, account: str, options: Mapping[str, str], tokens: TokenKeeper, clock: Clock
    ) -> AbstractContextManager[Account]:
        """Open the account while the context lasts; nothing is sent before it is used. For one thread."""
        ...

    def explain_refusal(self, options: Mapping[str, str], age: int) -> str:
        """Say what may be behind a grant that the vendor ended ``age`` seconds after it was given; may be empty."""
        ...
