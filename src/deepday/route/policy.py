"""How requests are routed: times, and who may say so. Seconds throughout."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from deepday.model import ChainRole
from deepday.route.rules import Rules

MINUTE = 60
HOUR = 3600
DAY = 86_400


@dataclass(frozen=True, slots=True)
class RoutePolicy:
    """What was agreed.

    ``answer``: how long each role has to answer before the next is told. ``urgent_sending``: how long an urgent message
    is tried before the next way is taken; ``sending``: any other. ``second_after``: how long chat may fail before the
    second channel is used as well. ``told``: how long a sender is tried to be told that a request is not urgent.
    ``wake``: how long our do not disturb stays lifted. ``lifting``: how long a message to the owner waits for that.
    ``windows``: local times at which what can wait is shown, besides the end of a block. ``remind``: when it is shown
    again. ``retention``: how long the text of a routed request is kept. ``weekly_overrides``: how many the person and
    the team agreed on, ``None`` for nothing agreed. ``test_answer``: the same as ``answer`` for test requests.
    ``form``: the address of the ingress whose form replies link to, if any. ``language``: of what people read.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    rules: Rules = field(default_factory=Rules)
    answer: int = 5 * MINUTE
    urgent_sending: int = 15 * MINUTE
    sending: int = DAY
    second_after: int = MINUTE
    told: int = 15 * MINUTE
    wake: int = 30 * MINUTE
    lifting: int = MINUTE
    windows: tuple[int, ...] = ()
    remind: int = DAY
    snooze: int = 2 * HOUR
    retention: int = 30 * DAY
    weekly_overrides: int | None = None
    form: str = ""
    language: str = "en"

    def patience(self, role: ChainRole) -> int:
        """Return how long the request stays with that role."""
        return self.urgent_sending + self.lifting if role is ChainRole.OWNER else self.answer
