"""How a language writes quantities and dates. Sentences stand in the templates; only this much is done by the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import arrow

from deepday.errors import InputError
from deepday.report.words import duration, roughly


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the texts: ``code`` names the folder of its templates."""

    code: str
    to: str
    of: str
    hours: str
    under_minute: str
    date_format: str
    decimal: str
    sources: str
    same_files: str
    likewise: str
    estimates: str
    answers: str
    later: str
    at_least: str
    weeks: str
    workloads: Mapping[str, str]
    titles: Mapping[str, str]

    def length(self, seconds: float) -> str:
        """Write a measured length of time."""
        return duration(seconds).replace("under 1 min", self.under_minute)

    def about(self, seconds: float) -> str:
        """Write an estimated length of time, to five minutes from an hour up."""
        return roughly(seconds).replace("under 1 min", self.under_minute)

    def between(self, low: str, high: str) -> str:
        """Write a range; a single value where both ends read the same."""
        return low if low == high else f"{low} {self.to} {high}"

    def number(self, value: float) -> str:
        """Write a number with at most one decimal."""
        return f"{value:.1f}".removesuffix(".0").replace(".", self.decimal)

    def value(self, value: float) -> str:
        """Write a value of a metric with four significant digits."""
        return f"{value:.4g}".replace(".", self.decimal)

    def estimate(self, low: float, high: float) -> str:
        """Write hours that somebody estimated."""
        return f"{self.between(self.number(low), self.number(high))} {self.hours}"

    def weekday(self, value: date) -> str:
        """Write the weekday of a date, short."""
        return str(arrow.get(value).format("ddd", locale=self.code))

    def day(self, value: date) -> str:
        """Write a date."""
        return str(arrow.get(value).format(self.date_format, locale=self.code))


LANGUAGES = {
    one.code: one
    for one in (
        Language(
            "en",
            "to",
            "of",
            "hours",
            "under 1 min",
            "D MMMM YYYY",
            ".",
            "Sources",
            "Sources, with the same --calendar and --slack-export",
            "likewise",
            "own estimates in {}",
            "own answers, deepday case log",
            "later than two years from now",
            "at least",
            "weeks",
            {
                "cost": "cost of interruptions",
                "meeting": "meetings",
                "focus120": "quiet blocks of 2 h or more",
                "after_hours": "work after hours",
            },
            {
                "agenda.txt": "Working time and deep-work days: a first talk",
                "check-in.txt": "Check-in: deep-work days",
                "overload/agenda.txt": "Workload: what comes first",
                "overload/check-in.txt": "Check-in: workload",
                "mail.txt": "What we agreed",
            },
        ),
        Language(
            "de",
            "bis",
            "von",
            "Stunden",
            "unter 1 min",
            "D. MMMM YYYY",
            ",",
            "Quellen",
            "Quellen, mit denselben --calendar und --slack-export",
            "ebenso",
            "eigene Schätzungen in {}",
            "eigene Antworten, deepday case log",
            "später als in zwei Jahren",
            "mindestens",
            "Wochen",
            {
                "cost": "Aufwand durch Unterbrechungen",
                "meeting": "Besprechungen",
                "focus120": "ungestörte Zeit ab 2 h",
                "after_hours": "Arbeit nach Feierabend",
            },
            {
                "agenda.txt": "Arbeitszeit und Deep-Work-Tage: ein erstes Gespräch",
                "check-in.txt": "Zwischenstand: Deep-Work-Tage",
                "overload/agenda.txt": "Arbeitslast: was zuerst kommt",
                "overload/check-in.txt": "Zwischenstand: Arbeitslast",
                "mail.txt": "Was wir vereinbart haben",
            },
        ),
    )
}


def language(code: str) -> Language:
    """Return a language. Raises :class:`InputError` for one that there are no templates in."""
    if code not in LANGUAGES:
        raise InputError(f"There are no texts in {code!r}.", f"Choose one of: {', '.join(LANGUAGES)}.")
    return LANGUAGES[code]
