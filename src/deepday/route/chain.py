"""Who answers for a request: the point person for its topic, the backup, the owner."""

from collections.abc import Iterable
from dataclasses import dataclass

from deepday.model import ChainRole, Responder


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody who may answer for the owner now.

    ``chat``: the vendor's id, empty where nobody knows it. ``topics``: what they can answer for, empty for everything.
    ``agreed``: they consented, and have not opted out. ``away``: why they cannot be reached now, empty when they can.
    """

    role: ChainRole
    name: str
    chat: str
    topics: frozenset[str] = frozenset()
    agreed: bool = True
    away: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """Who answers, in order, the owner last; ``skipped``: who does not, and why."""

    people: tuple[Responder, ...]
    skipped: tuple[str, ...] = ()


def chain_of(covers: Iterable[Cover], owner: Responder, topic: str, sender: str) -> Chain:
    """Return the chain for a topic: one point person, the backups, the owner. Who cannot answer is left out.

    Somebody who knows the topic comes before somebody who covers everything; whoever asks is not asked themselves.
    """
    able: list[Cover] = []
    skipped: list[str] = []
    for one in covers:
        reason = _unable(one, owner, topic, sender)
        if reason:
            skipped.append(f"{one.name}: {reason}")
        elif one.chat not in {known.chat for known in able}:
            able.append(one)
    ranked = sorted(able, key=lambda one: (one.role is not ChainRole.POINT, topic not in one.topics))
    points = [one for one in ranked if one.role is ChainRole.POINT][:1]
    backups = [one for one in ranked if one.role is ChainRole.BACKUP]
    people = [Responder(one.role, one.name, one.chat) for one in (*points, *backups)]
    return Chain((*people, owner), tuple(skipped))


def _unable(one: Cover, owner: Responder, topic: str, sender: str) -> str:
    if not one.chat:
        return "not known in chat"
    if not one.agreed:
        return "has not agreed, or opted out"
    if one.chat in {sender, owner.chat}:
        return "asks themselves"
    if one.topics and topic and topic not in one.topics and one.role is ChainRole.POINT:
        return f"does not cover {topic}"
    return one.away
