"""What can go wrong between the connector and Slack, for every call: the right error, nothing lost, nothing doubled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from deepday.connect import ReadContext
from deepday.connect.http import Limits
from deepday.errors import (
    DeepdayError,
    FatalError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RetryLaterError,
    UnsupportedError,
)
from deepday.model import Availability, DoNotDisturb, Interval, OutgoingMessage, Presence, Status, TokenSet
from deepday.testing import listening
from deepday_sandbox.office import Fault, Room
from deepday_sandbox.office.faults import FaultKind
from deepday_sandbox.period import PERSON
from deepday_slack.account import SlackAccount
from deepday_slack.bundle import Bundle
from deepday_slack.settings import Settings
from deepday_slack.signing_in import sign_in
from deepday_slack.web import SlackApi
from tests.connectors.fault_matrix import CANARY, MATRIX, SECONDS, UNREACHABLE, Row, wait_is_sane
from tests.connectors.slack.slack_office import BEN, OWNER, Person, SlackOffice, slack_office

TITLE = "canary-title-of-a-block"
LIMITS = Limits(SECONDS, SECONDS, 1_000_000)
HOUR = 3600


@dataclass
class Scene:
    office: SlackOffice
    account: SlackAccount
    secrets: list[str]
    number: int = 0

    @property
    def context(self) -> ReadContext:
        window = Interval(self.office.now() - 86_400, self.office.now() + 86_400)
        return ReadContext(window=window, zone=PERSON.zone, email="", pseudonym=str)


Do = Callable[[Scene], object]


def read_all(one: Scene) -> None:
    """Read activity to its end: a page that ends early is followed by one that says why."""
    page = one.account.activity_changes(one.context)
    while page.more:
        page = one.account.activity_changes(one.context, page.cursor)


READS: dict[str, tuple[str, Do]] = {
    "list of conversations": ("users.conversations", lambda one: one.account.activity_changes(one.context)),
    "history read": ("conversations.history", read_all),
    "thread read": ("conversations.replies", read_all),
    "status read": ("users.profile.get", lambda one: one.account.read_status()),
    "snooze read": ("dnd.info", lambda one: one.account.read_do_not_disturb()),
    "presence read": ("users.getPresence", lambda one: one.account.read_presence()),
    "message looked for": ("conversations.history", lambda one: one.account.find_message(BEN, "none")),
    "direct message opened": ("conversations.open", lambda one: one.account.find_message(BEN, "none")),
    "connection asked for": ("apps.connections.open", lambda one: next(one.account.signals(0), None)),
    "sign-in": (
        "auth.test",
        lambda one: sign_in(
            {**one.account._api.settings.options(), "allow": ""},
            Person([f"xoxp-{CANARY}-0123"]),
            one.office.office.clock,
            LIMITS,
        ),
    ),
}
WRITES: dict[str, tuple[str, Do]] = {
    "status set": (
        "users.profile.set",
        lambda one: one.account.set_status(Status(TITLE, ":headphones:", one.office.now() + HOUR)),
    ),
    "snooze set": (
        "dnd.setSnooze",
        lambda one: one.account.set_do_not_disturb(DoNotDisturb(one.office.now() + HOUR)),
    ),
    "snooze ended": ("dnd.endSnooze", lambda one: one.account.set_do_not_disturb(DoNotDisturb())),
    "presence set": ("users.setPresence", lambda one: one.account.set_presence(Presence(Availability.AWAY))),
    "message posted": (
        "chat.postMessage",
        lambda one: one.account.post_message(OutgoingMessage(f"key-{one.number}", BEN, TITLE)),
    ),
}


def as_http(row: Row) -> Row:
    """Return the row with the bare status: Slack itself words a refusal as a 200, a proxy before it does not."""
    fault = row.make()
    if fault.kind is not FaultKind.STATUS or fault.status >= 500 or fault.status == 429:
        return row
    body = f'{{"ok":false,"error":"{CANARY}"}}'.encode()
    return replace(row, make=lambda: Fault(FaultKind.INSTEAD, times=-1, status=fault.status, content=body), done=None)


ROWS = [as_http(row) for row in MATRIX]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[SlackOffice, TokenSet]]:
    with slack_office() as office:
        office.office.chat.add(Room("C0TEAM0001", "channel", "team", [OWNER, BEN]))
        parent = office.face.say(BEN, "C0TEAM0001", TITLE)
        office.face.say(OWNER, "C0TEAM0001", TITLE, parent)
        yield office, office.tokens.fresh(lambda tokens: tokens)


@pytest.fixture
def scene(served: tuple[SlackOffice, TokenSet]) -> Iterator[Scene]:
    office, kept = served
    office.tokens.save(kept)
    secrets = [token.reveal() for token in Bundle.unpack(kept).tokens.values()]
    account = SlackAccount(SlackApi(Settings.parse(office.options()), office.tokens, office.office.clock, LIMITS))
    office.put_do_not_disturb(DoNotDisturb(office.now() + 2 * HOUR))
    yield Scene(office, account, secrets, office.face.space.number())
    office.office.faults.clear()
    account.close()


def outcome(scene: Scene, do: Do) -> DeepdayError | None:
    """Call, and look for secrets in what is told of it."""
    caught: DeepdayError | None = None
    with listening() as logged:
        try:
            do(scene)
        except DeepdayError as error:
            caught = error
    told = "\n".join([*logged, repr(caught), str(caught), *_chain(caught), getattr(caught, "advice", "")])
    assert not any(secret in told for secret in (CANARY, TITLE, *scene.secrets))
    assert not isinstance(caught, RetryLaterError) or wait_is_sane(caught)
    return caught


def _chain(error: BaseException | None) -> Iterator[str]:
    while error := error and (error.__cause__ or error.__context__):
        yield repr(error)


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("call", READS)
def test_a_read_that_fails_says_what_to_do(scene: Scene, call: str, row: Row) -> None:
    path, do = READS[call]
    scene.office.office.faults.add(row.fault(path))
    error = outcome(scene, do)
    assert row.right(error, writes=False), repr(error)


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("call", WRITES)
def test_a_write_that_fails_says_whether_it_may_have_been_done(scene: Scene, call: str, row: Row) -> None:
    path, do = WRITES[call]
    scene.office.office.faults.add(row.fault(path))
    error = outcome(scene, do)
    assert row.right(error, writes=True), repr(error)
    scene.office.office.faults.clear()
    if call == "message posted" and isinstance(error, RetryLaterError):
        message = OutgoingMessage(f"key-{scene.number}", BEN, f"{scene.number}")
        before = len(scene.office.posted())
        posted = scene.account.post_message(message, again=isinstance(error, OutcomeUnknownError))
        assert scene.account.find_message(BEN, message.key) == posted
        # Done before: found, and not posted again. Not done: posted now.
        assert len(scene.office.posted()) == before + (not row.done)


CODES: dict[str, tuple[type[DeepdayError], type[DeepdayError]]] = {
    "invalid_auth": (ReconnectNeededError, ReconnectNeededError),
    "missing_scope": (ReconnectNeededError, ReconnectNeededError),
    "ratelimited": (RetryLaterError, RetryLaterError),
    "internal_error": (RetryLaterError, OutcomeUnknownError),
    "fatal_error": (RetryLaterError, OutcomeUnknownError),
    "channel_not_found": (GoneError, GoneError),
    "is_archived": (GoneError, GoneError),
    "invalid_emoji_not_allowed": (UnsupportedError, UnsupportedError),
    "restricted_action": (UnsupportedError, UnsupportedError),
    "something_new": (FatalError, FatalError),
    "Not a code: " + CANARY: (FatalError, FatalError),
}


@pytest.mark.parametrize("code", CODES)
def test_a_refusal_is_translated_by_what_to_do_about_it(scene: Scene, code: str) -> None:
    for (path, do), wanted in ((READS["status read"], CODES[code][0]), (WRITES["message posted"], CODES[code][1])):
        scene.office.office.faults.clear()
        scene.office.office.faults.add(Fault(FaultKind.STATUS, path, times=-1, code=code))
        error = outcome(scene, do)
        assert isinstance(error, wanted)
        assert isinstance(error, OutcomeUnknownError) is (wanted is OutcomeUnknownError)


@pytest.mark.parametrize(("name", "address"), UNREACHABLE)
@pytest.mark.parametrize("call", [*READS, *WRITES])
def test_nobody_there_is_said_at_once(scene: Scene, call: str, name: str, address: str) -> None:
    port = scene.office.url.rpartition(":")[2]
    base = address.format(port=port)
    # Plain http goes to this machine only, so a name that nobody has is tried over https.
    settings = Settings.parse({**scene.office.options(), "base-url": base.replace("http://nobody", "https://nobody")})
    account = SlackAccount(SlackApi(settings, scene.office.tokens, scene.office.office.clock, LIMITS))
    try:
        error = outcome(Scene(scene.office, account, scene.secrets), {**READS, **WRITES}[call][1])
    finally:
        account.close()
    assert type(error) is RetryLaterError, name
