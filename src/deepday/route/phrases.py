"""What people read about urgent requests, in each language: one table of phrases for each, with the same names.

Braces stand for what is filled in (``str.format``); what is filled in is never read as a template itself.
"""

from collections.abc import Mapping

from deepday.route.phrases_english import ENGLISH
from deepday.route.phrases_german import GERMAN

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "de": GERMAN}


def say(language: str, name: str, **given: object) -> str:
    """Return a phrase. Raises :class:`KeyError` for a language or a name that there is not."""
    return LANGUAGES[language][name].format(**given)


def reason(language: str, why: str) -> str:
    """Return a reason of the history's, which is in English, in the language; what has no phrase stays as it is."""
    name, colon, rest = why.partition(": ")
    known = LANGUAGES[language].get(f"why {why}") or LANGUAGES[language].get(f"why {name}:")
    return known.format(rest=rest if colon else "") if known else why
