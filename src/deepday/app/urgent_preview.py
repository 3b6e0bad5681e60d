"""Every message that people may get, about made-up requests: to be looked at before anybody gets one."""

from collections.abc import Iterator
from dataclasses import replace

from deepday.app.urgent_running import policy_of
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.model import ChainRole, Door, OutgoingMessage, Request, RequestState, Responder, Verdict
from deepday.route.items import Item, Kind
from deepday.route.messages import Setting, message

_GRACE, _CARA, _OWNER = "UGRACE", "UCARA", "UOWNER"
_TEXT = "The nightly training has failed twice, and the release is due at noon."


def previews(clock: Clock | None = None) -> Iterator[tuple[str, OutgoingMessage]]:
    """Give a title for each message, and the message."""
    settings = load_settings()
    policy, now = policy_of(settings), int((clock or SystemClock()).now().timestamp())
    owner = settings.urgent.name or (settings.me.email or "ada@").partition("@")[0].title()
    chain = (
        Responder(ChainRole.POINT, "grace@example.org", _GRACE),
        Responder(ChainRole.OWNER, "owner@example.org", _OWNER),
    )
    urgent = Request(
        "k3f9ab27cd", "", "", "", Door.COMMAND, now - 120, now - 120, _CARA, "DCARA", "DCARA", "", "https://example.org/",
        "", Verdict.URGENT, "the sender says so", RequestState.ROUTED, chain, 0, "b1", now + 3600, now + policy.answer,
    )  # fmt: skip
    asked = replace(
        urgent, door=Door.DIRECT, verdict=Verdict.ASK, state=RequestState.ASKED, deadline=now + 3600, reply_to=_CARA
    )
    mention = replace(asked, door=Door.MENTION, conversation="CTEAM", reply_to="CTEAM")
    declined = replace(asked, id="h7m2pq45rs", sender="UDAN", at=now - 900, state=RequestState.NOT_URGENT, final_at=now)
    words = Setting(
        owner, policy.zone, b"preview", now, {urgent.id: _TEXT}, policy.form, policy.answer, policy.language
    )

    def made(title: str, kind: Kind, to: str, about: Request | None, **data: str) -> tuple[str, OutgoingMessage]:
        requests = [asked, declined] if kind is Kind.DIGEST else [about] if about else []
        return title, message(Item(kind, about.id if about else "consent", to, "", data=data), requests, words)

    yield made("To whoever wrote to you in person:", Kind.REPLY, _CARA, asked)
    yield made("To whoever mentioned you in a channel:", Kind.REPLY, "CTEAM", mention)
    yield made("To whoever used /urgent:", Kind.REPLY, "DCARA", urgent)
    yield made("To whoever covers:", Kind.ASK, _GRACE, urgent)
    yield made("To you, when nobody else answers:", Kind.WAKE, _OWNER, replace(urgent, level=1))
    yield made("To the sender, when somebody took it:", Kind.TAKEN, "DCARA", urgent, how="taken", by=_GRACE)
    yield made("To the sender, when you were told:", Kind.TAKEN, "DCARA", urgent, how="woken")
    yield made("To the sender, when it was found not urgent:", Kind.DECLINED, "DCARA", urgent, by=_GRACE)
    for what in ("taken", "withdrawn", "answered", "waits", "changed", "undeliverable"):
        yield made(
            f"To those who were told, when it is {what}:",
            Kind.INFORM,
            _GRACE,
            urgent,
            what=what,
            name="grace",
            by="UBEN",
        )
    yield made("To the sender, when nobody could be reached:", Kind.ANNOUNCE, "DCARA", urgent)
    for action, who in (("urgent", _GRACE), ("wait", ""), ("take", ""), ("pass", "UBEN"), ("not_urgent", "")):
        given = {"action": action, "who": who, "at": str(asked.deadline)}
        yield made(f"To whoever pressed the button for {action.replace('_', ' ')}:", Kind.NOTED, _CARA, asked, **given)
    for action in ("wake", "answered", "snooze"):
        given = {"action": action, "at": str(asked.deadline)}
        yield made(f"To whoever pressed the button for {action}:", Kind.NOTED, _OWNER, asked, **given)
    yield made("To somebody who presses a button that is not theirs:", Kind.REFUSED, "UDAN", urgent, why="not yours")
    yield made("To whoever presses a button when it is over:", Kind.REFUSED, _GRACE, urgent, why="ended")
    yield made("To you, what could wait:", Kind.DIGEST, _OWNER, asked)
    yield made("To somebody who may cover, once:", Kind.CONSENT, _GRACE, None, what="ask")
    yield made("To somebody who agreed:", Kind.CONSENT, _GRACE, None, what="agreed")
    yield made("To somebody who opted out:", Kind.CONSENT, _GRACE, None, what="declined")
