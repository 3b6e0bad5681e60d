"""The rules of the tone check, in English and German: a pattern, why it does harm, and what to say instead."""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong with a sentence."""

    ACCUSATION = "accusation"
    EXAGGERATION = "exaggeration"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: sentences that match ``pattern`` but not ``unless`` break it.

    ``better`` is the whole better sentence; with ``instead`` it is the sentence itself, the words replaced.
    """

    kind: Kind
    pattern: re.Pattern[str]
    why: str
    better: str = ""
    instead: str | None = None
    unless: re.Pattern[str] | None = field(default=None)

    def breaks(self, sentence: str) -> bool:
        """Tell whether the sentence breaks the rule."""
        return bool(self.pattern.search(sentence)) and not (self.unless and self.unless.search(sentence))

    def improved(self, sentence: str) -> str:
        """Return what to say instead."""
        if self.instead is None:
            return self.better
        changed = re.sub(r"\s{2,}", " ", self.pattern.sub(self._replacement, sentence)).strip()
        changed = re.sub(r"\s+([,.!?;:])", r"\1", changed)
        return changed[:1].upper() + changed[1:]

    def _replacement(self, match: re.Match[str]) -> str:
        word = self.instead or ""
        return word[:1].upper() + word[1:] if match[0][:1].isupper() and match.start() == 0 else word


def _rule(
    kind: Kind, pattern: str, why: str, better: str = "", *, instead: str | None = None, unless: str | None = None
) -> Rule:
    excused = re.compile(unless, re.IGNORECASE) if unless else None
    return Rule(kind, re.compile(pattern, re.IGNORECASE), why, better, instead, excused)


_LAG_EN = (
    "We assume 1 to 15 minutes to pick work up again (studies range from seconds to about 15 minutes); the result for "
    "each end is shown."
)
_LAG_DE = (
    "Angenommen sind 1 bis 15 Minuten, um die Arbeit wieder aufzunehmen (Studien reichen von Sekunden bis etwa 15 "
    "Minuten); das Ergebnis für beide Enden steht dabei."
)
_ACCUSES = "It accuses; the other person will defend themselves instead of helping."
_EXAGGERATES = "One counter-example is enough to break it, and with it the rest of what you say."
_CONSTANT = "No study shows one cost per interruption, and the famous number is not in the paper that is cited for it."
_NOT_CASH = "Hours are not paid back, and some interruptions were the job."
_NOT_CAUSE = "Only a randomised comparison may speak of causes, for its own outcome, person and weeks."
_FLOW = "Messages and calendars cannot show what somebody's mind was doing."
_EXACT = "Nobody can observe hours worked exactly; only their traces can be seen."
_DIAGNOSIS = "Burnout cannot be diagnosed from a calendar, and it is no score."
_NO_EFFECT = "That no difference was found does not show that there is none."
_RANKS = "Comparing people invites a fight about the comparison, and norms of an industry are not measured here."
_NOT_CITED = "The figure comes from a survey or an estimate without a control group, and is easily taken apart."

RULES: tuple[Rule, ...] = (
    # --- claims, English
    _rule(
        Kind.CLAIM,
        r"\b23(?:[.:]\d+)?[ -]?(?:min(?:ute)?s?\b|m\b)(?=.*(?:interrupt|refocus|recover|regain|get back|concentrat|distract))"
        r"|(?:interrupt|refocus|recover|regain|distract)\w*\b.*\b23(?:[.:]\d+)?[ -]?min",
        _CONSTANT,
        _LAG_EN,
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:each|every|one|an|per)\s+interruption\w*\s+(?:costs?|takes?|wastes?|steals?)\s+(?:\w+\s+){0,3}\d",
        _CONSTANT,
        _LAG_EN,
    ),
    _rule(
        Kind.CLAIM,
        r"\bIQ\b",
        "The test was commissioned by a press office and never published.",
        "Leave the sentence out; there is nothing to put in its place.",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:costs?|costing|saves?|saved|saving|loses?|lost|wast\w+)\b(?:[^.]|\.(?=\d)){0,60}?(?:€|\$|£|\bEUR\b|\bUSD\b|\beuros?\b|\bdollars?\b|\bmillions?\b|\bbillions?\b)",
        _NOT_CASH,
        "That is time with an estimated value of ... to ...; it is not cash, since hours are not refunded and some interruptions were the job.",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:you|we|I|it|deepday|this)(?:'ll| will| would| have| has)?\s+saved?s?\b[^.]{0,40}\b(?:hours?|minutes?|days?|time)\b",
        "What was not interrupted was not saved: nobody knows what else would have happened.",
        "In these weeks interruptions took between ... and ... less; that is a comparison, not a saving.",
    ),
    _rule(
        Kind.CLAIM,
        r"\bdeep[- ]work days?\b[^.]{0,40}\b(?:caused?|led to|made|raised|increased|boost\w*|improved)\b",
        _NOT_CAUSE,
        "In the weeks with deep-work days the metric and the days moved together (or did not); that does not say which drove which.",
        unless=r"\b(?:whether|if|not|does not)\b",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:proves?|proven|proof that)\b",
        _NOT_CAUSE,
        "In this trial the difference was ..., with a plausible range from ... to ....",
        unless=r"\b(?:not|no|nobody|cannot|prove nothing)\b",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:in|into|the|flow|of)\s+flow\b|\bflow state\b|\bdeep[- ]work hours?\b|\bhours? of deep work\b",
        _FLOW,
        "That is time without meetings or own chat activity.",
        unless=r"\bnot (?:called? )?\W?flow\b|work ?flow",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:hours worked:?|work(?:ed|ing)?)\s+(?:exactly\s+)?\d{2}(?:[.,]\d+)?\s*(?:h\b|hours\b)",
        _EXACT,
        "Traces of work come to between ... and ... hours a week.",
        unless=r"\b(?:between|to \d|from)\b|\d\s*(?:-|\N{EN DASH})\s*\d",
    ),
    _rule(
        Kind.CLAIM,
        r"\bburn(?:ed|t)?[- ]?out\b[^.]{0,30}(?:risk|score|\d+ ?%)|\b(?:risk|score) of burn-?out|\bI(?:'m| am) (?:burn(?:ed|t)[- ]?out|depressed)\b",
        _DIAGNOSIS,
        "I worked after hours on ... days, ... nights were shorter than 11 hours, and my own answer on strain is ... of 10.",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:has|had|shows?|showed|there is|there was|found) no (?:effect|impact|difference)\b|\btrend towards? significance\b|\b(?:almost|nearly|marginally) significant\b",
        _NO_EFFECT,
        "That is not enough evidence yet: with days varying this much, only changes above about ... % would show reliably.",
        unless=r"\bnot mean\b",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:responsiveness|response times?|reachability|availability)\b[^.]{0,30}\b(?:unaffected|unchanged|not affected|the same|did not suffer)\b",
        "A guardrail is kept only when its bound lies inside the margin.",
        "The share of urgent requests answered in time lies between ... and ... %; the margin was ... points. (Or: too few to tell.)",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:than|compared (?:to|with)) (?:any|every|most|the)?\s*(?:other|else|colleagues?|rest of the team|industry|average)\b|\bindustry (?:average|norm|benchmark)|\bmost interrupted (?:person|engineer|of)\b",
        _RANKS,
        "Compared with my own weeks before, it was ....",
        unless=r"\bno(?:t| more)\b",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:71|73|74) ?%|\b588 ?(?:bn|billion)|\b650 ?(?:bn|billion)|\b275 (?:interruptions|times|pings)",
        _NOT_CITED,
        "Leave the figure out, and name what was measured here, with its range.",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:never|do(?:es)? not|don't) (?:see|read|access)s? (?:any |the |your )?(?:content|messages?|texts?)\b",
        "The interface does deliver the text; what matters is what happens to it.",
        "Content is dropped in memory and never stored or logged.",
    ),
    # --- claims, German
    _rule(
        Kind.CLAIM,
        r"\b23(?:[.,:]\d+)?[ -]?min(?:uten)?\b(?=.*(?:unterbr|konzentr|zurück|wieder))|(?:unterbr|konzentr)\w*\b.*\b23(?:[.,:]\d+)?[ -]?min",
        _CONSTANT,
        _LAG_DE,
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:jede|eine|pro)\s+(?:einzelne\s+)?(?:unterbrechung|störung)\w*\s+kostet\s+(?:\w+\s+){0,3}\d",
        _CONSTANT,
        _LAG_DE,
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:kostet|kosten|spart|sparen|gespart|verlier\w+|verloren)\b(?:[^.]|\.(?=\d)){0,60}?(?:€|\$|\bEUR\b|\beuro\b|\bmillion|\bmilliard)",
        _NOT_CASH,
        "Das ist Zeit mit einem geschätzten Wert von ... bis ...; es ist kein Geld, denn Stunden werden nicht erstattet, und manche Unterbrechung war die Arbeit.",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:im|in den|ein|der|des) flow\b|\bflow-?zustand\b|\bdeep-?work-?stunden\b",
        _FLOW,
        "Das ist Zeit ohne Besprechungen und ohne eigene Chat-Aktivität.",
    ),
    _rule(
        Kind.CLAIM,
        r"\bburn-?out\w*[^.]{0,30}(?:risiko|wert|\d+ ?%)|\brisiko\b[^.]{0,20}burn-?out|\bich (?:habe|bin)\b[^.]{0,15}burn-?out|\bausgebrannt\b",
        _DIAGNOSIS,
        "An ... Tagen habe ich nach Feierabend gearbeitet, ... Nächte waren kürzer als 11 Stunden, und meine eigene Antwort zur Belastung ist ... von 10.",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:beweist|bewiesen|erwiesen)\b",
        _NOT_CAUSE,
        "In diesem Versuch war der Unterschied ..., mit einem plausiblen Bereich von ... bis ....",
        unless=r"\b(?:nicht|kein\w*|nichts)\b",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:hat|hatte|zeigt\w*|gibt|gab|fand\w*) keine(?:n|rlei)? (?:wirkung|effekt|unterschied|einfluss)\b|\btrend zur signifikanz\b|\bfast signifikant\b",
        _NO_EFFECT,
        "Das sind noch nicht genug Belege: Bei so verschiedenen Tagen zeigen sich nur Änderungen über etwa ... % verlässlich.",
        unless=r"\bheißt nicht\b",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:gearbeitet|arbeite|arbeitszeit:?)\s+(?:genau\s+)?\d{2}(?:[.,]\d+)?\s*(?:h\b|stunden)|\b(?:genau )\d{2}(?:[.,]\d+)? stunden\b",
        _EXACT,
        "Spuren von Arbeit machen zwischen ... und ... Stunden in der Woche aus.",
        unless=r"\b(?:zwischen|bis)\b",
    ),
    _rule(
        Kind.CLAIM,
        r"\b(?:mehr|öfter|stärker|häufiger|weniger) als (?:alle|jeder|jede|die meisten|andere|die anderen|kolleg)|\bbranchen(?:durchschnitt|norm|schnitt)",
        _RANKS,
        "Verglichen mit meinen eigenen Wochen davor war es ....",
    ),
    _rule(
        Kind.CLAIM,
        r"\bdeep-?work-?tage?n?\b[^.]{0,40}\b(?:bewirkt\w*|verursacht\w*|gesteigert|steigern|erhöh\w+)\b",
        _NOT_CAUSE,
        "In den Wochen mit Deep-Work-Tagen bewegte sich die Kennzahl mit (oder nicht); was was bewirkt, sagt das nicht.",
        unless=r"\b(?:ob|nicht)\b",
    ),
    # --- accusation
    _rule(
        Kind.ACCUSATION,
        r"\b(?:you|they|he|she|my manager|the manager|management|the team|people|colleagues|everyone|everybody)\b(?:'re| are| is)?\s+(?:(?:always|constantly|keeps?|never|all the time|continually)\s+)+(?:interrupt|disturb|bother|ignor|distract|ping|call|dump|expect|assum|listen|respect)\w*",
        _ACCUSES,
        "In the weeks that I measured, my working time came in short pieces; I would like to try one change with you.",
        unless=r"\bnever (?:gives?|let|leaves?|miss)",
    ),
    _rule(
        Kind.ACCUSATION,
        r"\b(?:your|their|his|her|the manager's|management's) (?:fault|failure|incompetence|mistakes?|mismanagement|bad planning|poor planning|lack of)\b|\b(?:is|are|was|were) to blame\b|\bblame (?:you|them|him|her|the)\b",
        _ACCUSES,
        "This is what I see in my weeks, and this is what I propose; what do you see?",
        unless=r"\bnot? (?:\w+ )?(?:fault|to blame)",
    ),
    _rule(
        Kind.ACCUSATION,
        r"\b(?:you|they) (?:do not|don't|never|refuse to|fail to|failed to) (?:care|respect|understand|listen|plan|value|appreciate)\b",
        _ACCUSES,
        "I am not sure that this has been visible so far, so I have written it down.",
    ),
    _rule(
        Kind.ACCUSATION,
        r"\b(?:incompetent|lazy|careless|selfish|toxic|micro-?manag\w+|chaotic management|unprofessional|stupid|idiot\w*)\b",
        _ACCUSES,
        "Say what happened, when, and what it led to; leave the judgement out.",
    ),
    _rule(
        Kind.ACCUSATION,
        r"\b(?:you|du|sie|ihr)\b[^.]{0,20}\b(?:made|make|machst|macht|machen)\b[^.]{0,15}\b(?:impossible|unmöglich|kaputt)\b",
        _ACCUSES,
        "In these weeks there was no stretch of two hours on ... of ... days; I would like to change that with you.",
    ),
    _rule(
        Kind.ACCUSATION,
        r"\b(?:du|sie|ihr|die kollegen|das team|mein chef|meine chefin|alle)\b[^.]{0,15}\b(?:unterbrech\w*|unterbrich\w*|stör\w*|ignorier\w*|lenk\w*|überhäuf\w*)\b[^.]{0,25}\b(?:ständig|dauernd|immer|andauernd|nie)\b|\b(?:ständig|dauernd|immer|andauernd)\b[^.]{0,20}\b(?:unterbrech\w*|unterbrichst|stör(?:st|t|en))\b",
        _ACCUSES,
        "In den gemessenen Wochen kam meine Arbeitszeit in kurzen Stücken; ich möchte mit Ihnen eine Änderung ausprobieren.",
    ),
    _rule(
        Kind.ACCUSATION,
        r"\b(?:deine|ihre|eure|seine) (?:schuld|fehlplanung|unfähigkeit|versäumnisse?)\b|\b(?:ist|sind|bist) schuld\b|\b(?:unfähig|faul|rücksichtslos|inkompetent|toxisch)\w*\b",
        _ACCUSES,
        "Das sehe ich in meinen Wochen, und das schlage ich vor; was sehen Sie?",
    ),
    # --- exaggeration
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:constantly|all the time|non-?stop|every (?:two|few|other) minutes?|every single (?:day|minute|time)|24/7)\b",
        _EXAGGERATES,
        instead="often",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:I|we) (?:can )?never (?:get|have|finish|manage|find|sleep|work)\b",
        _EXAGGERATES,
        instead="I seldom get",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:I|we) (?:always|permanently) (?:have to|work|get|am|are)\b|\b(?:is|are|am) always (?:interrupted|late|full|broken|busy|too)\b",
        _EXAGGERATES,
        "On ... of ... measured days that was so.",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:impossible to (?:work|concentrate|focus|get)|total(?:ly)? (?:chaos|impossible|broken|unbearable)|complete(?:ly)? (?:chaos|impossible|destroyed|broken)|nightmare|catastroph\w*|disast(?:er|rous)|unbearable|insane|destroys?|destroying|hell)\b",
        _EXAGGERATES,
        "Say how often, on how many of how many days.",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:no ?one|nobody|everyone|everybody) (?:can|could|does|gets?|is|knows|wants|has)\b[^.]{0,40}\b(?:anything|work done|any work|nothing)\b",
        _EXAGGERATES,
        "For me it was so on ... of ... days; of others I do not know.",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:massive(?:ly)?|huge(?:ly)?|enormous(?:ly)?|dramatic(?:ally)?|extreme(?:ly)?|incredibl[ey]|insanely|revolution\w*|game-?chang\w*|skyrocket\w*|double my|triple my|10x)\b",
        _EXAGGERATES,
        instead="",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:guarantee[sd]?|100 ?%|without (?:any )?doubt|obviously|undeniabl[ey]|clearly proves?)\b",
        "It promises what nobody can know.",
        instead="as far as was measured",
        unless=r"\b(?:no|not|nobody|cannot)\b[^.]{0,20}guarantee",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:ständig|dauernd|pausenlos|andauernd|ununterbrochen(?! ?(?:e|er|en|es) ?)|alle (?:zwei|paar) minuten|rund um die uhr)\b",
        _EXAGGERATES,
        instead="oft",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:ich|wir) (?:komme?n?|schaffe?n?|habe?n?|kann|können) (?:nie(?:mals)?|überhaupt nicht)\b",
        _EXAGGERATES,
        "An ... von ... gemessenen Tagen war das so.",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:katastroph\w*|unerträglich\w*|albtraum\w*|wahnsinn\w*|hölle|völlig unmöglich|total\w* (?:chaos|unmöglich)|zerstört)\b",
        _EXAGGERATES,
        "Sagen, wie oft: an wie vielen von wie vielen Tagen.",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:massiv\w*|enorm\w*|dramatisch\w*|extrem\w*|riesig\w*|gigantisch\w*|revolution\w*)\b",
        _EXAGGERATES,
        instead="",
    ),
    _rule(
        Kind.EXAGGERATION,
        r"\b(?:garantier\w*|zweifellos|zweifelsfrei|offensichtlich|eindeutig)\b",
        "Das verspricht, was niemand wissen kann.",
        instead="soweit gemessen",
        unless=r"\b(?:nicht|kein\w*)\b",
    ),
)
"""All rules. German texts break German rules and English ones English rules; few words are the same in both."""
