"""Who is there for a person: the block under way, who covers, what keeps them from hearing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from deepday.app.urgent_desk import BlockNow, Quiet
from deepday.connect import DoNotDisturbWriter
from deepday.errors import DeepdayError
from deepday.model import AnswerState, ChainRole, Contact, Interval, Responder, SettingKind
from deepday.model.person import WeeklyHours
from deepday.reconcile.desired import LiveBlock, active_blocks, live_blocks
from deepday.route.chain import Cover
from deepday.route.rules import Rules
from deepday.store.approved import Schedule
from deepday.store.covers import CoverBook, Covered, Role, StoredAnswer
from deepday.store.protecting import Known
from deepday.store.urgent import UrgentStore


def block_under_way(schedule: Schedule, now: int) -> LiveBlock | None:
    """Return the block under way that ends last."""
    active = active_blocks(live_blocks(schedule), schedule, now)
    return max(active, key=lambda one: (one.when.end, one.id), default=None)


def quiet_of(known: Known, readers: Iterable[DoNotDisturbWriter]) -> Quiet:
    """Return what keeps a person's devices from telling of a message; asks each reader once, if it is not ours."""
    if any(slot.owned for slot in known.slots if slot.target.setting is SettingKind.DO_NOT_DISTURB):
        return Quiet.OURS
    try:
        theirs = any(not reader.read_do_not_disturb().empty for reader in readers)
    except DeepdayError:
        return Quiet.UNKNOWN
    return Quiet.THEIRS if theirs else Quiet.NOTHING


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may cover, as the settings know them. ``chat``: the vendor's id, empty where not known.

    ``agreed``: so the settings say. ``away``: local dates on which they are on leave. ``contact``: how approved
    blocks name them.
    """

    name: str
    chat: str = ""
    topics: frozenset[str] = frozenset()
    agreed: bool = False
    hours: WeeklyHours | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    away: frozenset[date] = frozenset()
    contact: Contact | None = None

    def absent(self, now: int) -> str:
        """Say why they cannot be reached now; empty when they can, as far as anybody knows."""
        local = datetime.fromtimestamp(now, UTC).astimezone(self.zone)
        if local.date() in self.away:
            return "on leave"
        second = local.hour * 3600 + local.minute * 60 + local.second
        if self.hours is not None and not any(start <= second < end for start, end in self.hours.on(local.date())):
            return "outside their working hours"
        return ""


@dataclass(slots=True)
class Surroundings:
    """Satisfies :class:`~deepday.app.urgent_desk.People` from what the store and the settings know.

    ``chat``: the owner's id in chat. ``colleagues`` by name, in lower case. ``find``: looks up somebody's id in chat
    by their address; what it cannot find stays unknown. ``away``: when somebody is out of office by their calendar,
    by name in lower case. ``reached``: tells whether the second channel leads to somebody by their name; where nobody
    knows their id in chat, their name stands for it.
    """

    store: UrgentStore
    book: CoverBook
    person: str
    chat: str
    zone: ZoneInfo
    colleagues: Mapping[str, Colleague] = field(default_factory=dict)
    find: Callable[[str], str] = field(default=lambda _: "")
    away: Mapping[str, Sequence[Interval]] = field(default_factory=dict)
    reached: Callable[[str], bool] = field(default=lambda _: False)
    _found: dict[str, str] = field(default_factory=dict)

    def owner(self) -> Responder:
        """Return the owner."""
        return Responder(ChainRole.OWNER, self.person, self.chat or self._outside(self.person))

    def block(self, now: int) -> BlockNow | None:
        """Return the block under way."""
        found = block_under_way(self.store.schedule(self.person), now)
        return BlockNow(found.id, found.when.end) if found else None

    def covers(self, now: int) -> Sequence[Cover]:
        """Return who may answer now: as the plan says for today, else as the block says, then everybody who agreed."""
        today = datetime.fromtimestamp(now, UTC).astimezone(self.zone).date()
        planned = [one for one in self.book.covered(today, today) if one.person == self.person.lower()]
        found = [self._cover(_ROLES[one.role], one.by, _topics(one), now) for one in planned]
        block = block_under_way(self.store.schedule(self.person), now)
        if not planned and block is not None:
            named = ((ChainRole.POINT, block.block.point_person), (ChainRole.BACKUP, block.block.backup))
            found = [
                self._cover(role, contact.name, frozenset(), now, contact.reach) for role, contact in named if contact
            ]
        known = {one.name.lower() for one in found}
        others = [one for name, one in self.colleagues.items() if name not in known]
        return [*found, *(self._cover(ChainRole.BACKUP, one.name, one.topics, now) for one in others)]

    def _cover(self, role: ChainRole, name: str, topics: frozenset[str], now: int, reach: str = "") -> Cover:
        """Return somebody as the settings know them, by whatever name; whom they do not know has not agreed so far."""
        known = self._known(name, reach) or Colleague(reach if "@" in reach.strip("@") else name)
        chat = known.chat or self._chat(reach) or self._chat(known.name) or self._outside(known.name)
        absent = known.absent(now) or self._out_of_office(known, now) or self._deep(known.name, now)
        return Cover(role, known.name, chat, topics, self._agreed(known, now), absent)

    def _known(self, name: str, reach: str) -> Colleague | None:
        """Return who is meant: by address, as blocks name them, or by a name that only one of them has."""
        for address in (name, reach):
            if address.lower() in self.colleagues:
                return self.colleagues[address.lower()]
        alike = [one for one in self.colleagues.values() if one.contact and one.contact.name.lower() == name.lower()]
        exact = [one for one in alike if one.contact and one.contact.reach == reach]
        return next((found[0] for found in (exact, alike) if len(found) == 1), None)

    def _out_of_office(self, one: Colleague, now: int) -> str:
        spans = self.away.get(one.name.lower(), ())
        return "out of office, by their calendar" if any(span.start <= now < span.end for span in spans) else ""

    def forget_ids(self) -> None:
        """Look everybody up anew: people join, and leave."""
        self._found.clear()

    def keep_consent(self, name: str, agreed: bool, at: int) -> StoredAnswer:  # noqa: FBT001 - the answer itself
        """Keep that somebody agreed to cover whenever it is their turn, or opted out; counts from now on."""
        state = AnswerState.AGREED if agreed else AnswerState.DECLINED
        answer = StoredAnswer(self.person, name.lower(), None, state, "", at)
        self.book.keep_answer(answer)
        return answer

    def with_ids(self, rules: Rules) -> tuple[Rules, tuple[str, ...]]:
        """Return the rules with the ids of senders that are named by their address, and the names not found."""
        ids = {who: self._chat(who) for rule in rules.own for who in rule.people if "@" in who}
        own = tuple(
            replace(rule, people=frozenset(ids.get(who, who) for who in rule.people) - {""} or rule.people)
            for rule in rules.own
        )
        return replace(rules, own=own), tuple(sorted(who for who, chat in ids.items() if not chat))

    def chat_of(self, name: str) -> str:
        """Return the id in chat of somebody whom the settings name; empty where nobody knows it."""
        known = self.colleagues.get(name.lower())
        return (known.chat if known else "") or self._chat(name)

    def _agreed(self, one: Colleague, now: int) -> bool:
        """Tell whether somebody agreed; their own last answer, for all days or for today, wins over the settings."""
        today = datetime.fromtimestamp(now, UTC).astimezone(self.zone).date()
        answers = [
            answer
            for answer in self.book.answers([self.person])
            if answer.point_person == one.name.lower()
            and answer.date in {None, today}
            and answer.state is not AnswerState.ASKED
        ]
        last = max(answers, key=lambda answer: answer.at, default=None)
        return last.state is AnswerState.AGREED if last else one.agreed

    def _deep(self, name: str, now: int) -> str:
        own = block_under_way(self.store.schedule(name.lower()), now)
        return "in deep work themselves" if own else ""

    def _outside(self, name: str) -> str:
        return name if self.reached(name) else ""

    def _chat(self, reach: str) -> str:
        if not reach:
            return ""
        if reach.startswith(("U", "W")) and reach.isalnum() and reach.isupper():
            return reach
        if "@" not in reach.strip("@"):
            return ""
        if reach not in self._found:
            try:
                self._found[reach] = self.find(reach)
            except DeepdayError:
                return ""  # asked again next time
        return self._found[reach]


_ROLES = {Role.POINT: ChainRole.POINT, Role.BACKUP: ChainRole.BACKUP}


def _topics(one: Covered) -> frozenset[str]:
    return frozenset({one.topic} if one.topic else ())
