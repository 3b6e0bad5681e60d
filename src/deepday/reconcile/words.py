"""What is said to colleagues about a block: title, status, automatic reply, decline. Pure; needs Jinja2.

Texts are templates with placeholders, one set for each language. No placeholder tells what the block is for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import product
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment

from deepday.errors import InputError
from deepday.model import ApprovedBlock, AutoReply, Contact, Interval, Status
from deepday.reconcile.texts import ENGLISH, LANGUAGES, PLACEHOLDERS, Texts

if TYPE_CHECKING:
    from jinja2 import Template

LONGEST_STATUS = 100
"""Characters that a status may have; the least of all vendors."""

_HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
_ESCAPED = str.maketrans({"&": "+", "<": "", ">": ""})  # vendors escape these, and give back another text


_PLAIN = ("urgent", "clock", "date")


def _no_form(start: int) -> str:
    del start
    return ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A text exactly as colleagues will see it. ``problem``: why a vendor would refuse it, empty when it would not."""

    name: str
    text: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a person, checked. ``answer_after``: seconds after a block until an answer can be expected.

    ``form``: gives the address of the form for urgent requests, for a block that begins at that UTC second; the same
    one each time, and empty where there is none.

    Raises :class:`InputError` for a template that cannot be read or that has a placeholder which nothing fills.
    """

    texts: Texts = ENGLISH
    emoji: str = ":headphones:"
    answer_after: int = 3600
    form: Callable[[int], str] = _no_form

    def __post_init__(self) -> None:
        for field in fields(self.texts):
            if field.name not in _PLAIN:
                _check(field.name, getattr(self.texts, field.name))

    def title(self, block: ApprovedBlock, when: Interval) -> str:
        """Return the title of the calendar event."""
        return self._say(self.texts.title, block, when)

    def status(self, block: ApprovedBlock, when: Interval, until: int) -> Status:
        """Return the visible line with its end; the short one where the long one is too long."""
        text = self._say(self.texts.status, block, when)
        if len(text) > LONGEST_STATUS:
            text = self._say(self.texts.status_short, block, when)
        return Status(text, self.emoji, until)

    def reply(self, block: ApprovedBlock, when: Interval, until: int) -> AutoReply:
        """Return the automatic reply, for nobody outside: who outside gets it is for the mailbox to say."""
        return AutoReply(
            enabled=True,
            text=self._say(self.texts.inside, block, when),
            text_outside=self._say(self.texts.outside, block, when),
            subject=self._say(self.texts.subject, block, when),
            start=when.start,
            until=until,
        )

    def decline(self, block: ApprovedBlock, when: Interval, next_free: int = 0) -> str:
        """Return what the organiser of a meeting within the block reads; ``next_free`` in UTC seconds, 0: unknown."""
        return self._say(self.texts.decline, block, when, next_free)

    def previews(self, block: ApprovedBlock, when: Interval) -> list[Preview]:
        """Return every text as it will be shown, with what is wrong with it."""
        status, reply = self.status(block, when, when.end), self.reply(block, when, when.end)
        long = f"A status has at most {LONGEST_STATUS} characters." if len(status.text) > LONGEST_STATUS else ""
        return [
            Preview("title", self.title(block, when)),
            Preview("status", f"{status.emoji} {status.text}", long),
            Preview("reply, subject", reply.subject),
            Preview("reply, inside", reply.text),
            Preview("reply, outside", reply.text_outside),
            Preview("decline", self.decline(block, when)),
        ]

    def ours(self, text: str) -> bool:
        """Tell whether a status or reply says what ours would say about some block, whoever put it there."""
        plain = " ".join(text.split())
        known = (self.texts, *LANGUAGES.values())
        told = [(texts.status, texts.status_short, texts.inside, texts.outside) for texts in known]
        sources = {source for texts in told for source in texts}
        return any(_pattern(source).fullmatch(plain) for source in sources)

    def _say(self, source: str, block: ApprovedBlock, when: Interval, next_free: int = 0) -> str:
        return _said(self, source, block, when, next_free)

    def filled(self, block: ApprovedBlock, when: Interval, next_free: int = 0) -> dict[str, str]:
        """Return what stands in the place of each placeholder."""
        point, backup = block.point_person or Contact(""), block.backup or Contact("")
        zone = ZoneInfo(block.zone)
        end = datetime.fromtimestamp(when.end, UTC).astimezone(zone)
        return {
            "until": end.strftime(self.texts.clock),
            "day": datetime.fromtimestamp(when.start, UTC).astimezone(zone).strftime(self.texts.date),
            "answer": self._moment(end + timedelta(seconds=self.answer_after), end),
            "point_person": point.name,
            "point_reach": point.reach,
            "backup": backup.name,
            "backup_reach": backup.reach,
            "urgent": self.texts.urgent,
            "form": self.form(when.start),
            "next_free": (
                self._moment(datetime.fromtimestamp(next_free, UTC).astimezone(zone), end) if next_free else ""
            ),
        }

    def _moment(self, at: datetime, beside: datetime) -> str:
        clock = at.strftime(self.texts.clock)
        return clock if at.date() == beside.date() else f"{at.strftime(self.texts.date)} {clock}"


def words_in(language: str, **changed: str) -> Words:
    """Return the words of a language ("en", "de"), with some of its texts changed.

    Raises :class:`InputError` for an unknown language or text, and as :class:`Words` does.
    """
    if language not in LANGUAGES:
        raise InputError(f"There are no texts in {language!r}.", f"Choose one of: {', '.join(sorted(LANGUAGES))}.")
    known = {field.name for field in fields(Texts)}
    unknown = sorted(set(changed) - known)
    if unknown:
        raise InputError(f"There is no text named {unknown[0]!r}.", f"Known ones are: {', '.join(sorted(known))}.")
    return Words(replace(LANGUAGES[language], **changed))


_ENVIRONMENT = SandboxedEnvironment(autoescape=False, undefined=StrictUndefined)


def _check(name: str, source: str) -> None:
    try:
        used = find_undeclared_variables(_ENVIRONMENT.parse(source))
    except TemplateSyntaxError as error:
        raise InputError(f"The text {name!r} cannot be read: {error.message}.", "Mend the braces.") from None
    unknown = sorted(used - set(PLACEHOLDERS))
    if unknown:
        raise InputError(
            f"The text {name!r} has the placeholder {unknown[0]!r}, which nothing fills.",
            f"Known ones are: {', '.join(sorted(PLACEHOLDERS))}.",
        )
    if not _template(source).render(dict.fromkeys(PLACEHOLDERS, "x")).strip():
        raise InputError(f"The text {name!r} says nothing.", "Write a text, or leave the line out for the usual one.")


@lru_cache(maxsize=16_384)  # every few seconds each person's texts are compared with what is there
def _said(words: Words, source: str, block: ApprovedBlock, when: Interval, next_free: int) -> str:
    return _template(source).render(words.filled(block, when, next_free)).translate(_ESCAPED).strip()


@cache
def _template(source: str) -> "Template":
    return _ENVIRONMENT.from_string(source)


@cache
def _pattern(source: str) -> "re.Pattern[str]":
    """Return what matches the text for any block: with and without each of the placeholders that may be empty."""
    may_be_empty = ("point_person", "point_reach", "backup", "backup_reach", "urgent", "form", "next_free")
    forms: set[str] = set()
    for chosen in product((_HOLE, ""), repeat=len(may_be_empty)):
        filled = dict.fromkeys(PLACEHOLDERS, _HOLE) | dict(zip(may_be_empty, chosen, strict=True))
        text = _template(source).render(filled).translate(_ESCAPED)
        forms.add(re.escape(" ".join(text.split())).replace(_HOLE, ".+"))
    return re.compile("|".join(f"(?:{form})" for form in sorted(forms)), re.DOTALL)
