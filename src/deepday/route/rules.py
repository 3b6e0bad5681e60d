"""What a signal is taken for: rules as data, tried in order. The text is looked at in memory, and nowhere kept.

The sender decides: who uses a way that says "urgent" is believed, whatever the rules say. Unsure means urgent.
"""

import re
from dataclasses import dataclass

from deepday.model import Door, UrgentSignal, Verdict

SAYS_URGENT = frozenset({Door.COMMAND, Door.SHORTCUT, Door.FORM, Door.TEST})
_SAYS_NOTHING = frozenset({Door.DIRECT, Door.MENTION, Door.MAIL, Door.EDIT})
"""Ways that say nothing of themselves: the sender is asked, or says it in the words."""

_OPENING = r"(?:\W|_|(?:re|fwd?|aw|wg)\s?:)*"
"""What may stand before the first word: signs, and what mail programs put before a subject."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Fits a signal that meets all that it names; what is empty is not asked for.

    ``people`` and ``conversations``: the vendor's ids. ``keywords``: whole words or phrases, in any case. ``alerts``:
    classes of machines' alerts. ``topic``: what the point person must know about.
    """

    name: str
    verdict: Verdict
    people: frozenset[str] = frozenset()
    conversations: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()
    alerts: frozenset[str] = frozenset()
    topic: str = ""

    def fits(self, signal: UrgentSignal) -> bool:
        """Tell whether the rule is about the signal; a rule that names nothing is about none."""
        asked = (
            (self.people, signal.sender in self.people),
            (self.conversations, signal.conversation in self.conversations),
            (self.keywords, any(_says(signal.text, word) for word in self.keywords)),
            (self.alerts, signal.door is Door.ALERT and signal.alert in self.alerts),
        )
        return any(names for names, _ in asked) and all(met for names, met in asked if names)


ML_ALERTS = (
    Rule("a training failed", Verdict.URGENT, alerts=frozenset({"training-failed"}), topic="training"),
    Rule("a job waits for GPUs", Verdict.WAIT, alerts=frozenset({"gpu-queue"}), topic="training"),
    Rule("a review is asked for", Verdict.WAIT, alerts=frozenset({"review"})),
    Rule("a mailing list", Verdict.WAIT, alerts=frozenset({"mailing-list"})),
    Rule("a pager", Verdict.URGENT, alerts=frozenset({"pager"})),
)
"""What machines tell people who train models, where nothing else was agreed."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A person's rules; the first that fits decides.

    ``marks``: words by which a sender says that it is urgent, at the beginning of what they write; the automatic reply
    asks for one of them.
    """

    own: tuple[Rule, ...] = ()
    alerts: tuple[Rule, ...] = ML_ALERTS
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triage:
    """What a signal is taken for; ``why`` names the rule, and never quotes."""

    verdict: Verdict
    why: str
    topic: str = ""


def triage(signal: UrgentSignal, rules: Rules) -> Triage:
    """Return what the signal is taken for."""
    rule = next((one for one in (*rules.own, *rules.alerts) if one.fits(signal)), None)
    topic = rule.topic if rule else ""
    if signal.door in SAYS_URGENT:
        return Triage(Verdict.URGENT, "the sender says so", topic)
    if signal.door in _SAYS_NOTHING and _marked(signal, rules.marks):
        return Triage(Verdict.URGENT, "the sender begins with the word for it", topic)
    if rule:
        return Triage(rule.verdict, f"rule: {rule.name}", topic)
    if signal.door in _SAYS_NOTHING:
        return Triage(Verdict.ASK, "the sender decides", topic)
    return Triage(Verdict.URGENT, "no rule is about it: unsure means urgent", topic)


def _says(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) is not None


def _marked(signal: UrgentSignal, words: tuple[str, ...]) -> bool:
    """Tell whether what was written begins with one of the words; of a mail, the subject or what follows it."""
    lines = [line for line in signal.text.splitlines() if line.strip()]
    firsts = lines[: 2 if signal.door is Door.MAIL else 1]
    return any(
        re.match(rf"{_OPENING}{re.escape(word)}(?!\w)", line, re.IGNORECASE)
        for line in firsts
        for word in words
        if word
    )
