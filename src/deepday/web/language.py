"""The language of a text on the page: as chosen in the address or a form, otherwise as set."""

from dataclasses import dataclass
from urllib.parse import urlencode

from deepday.app.language import text_language
from deepday.report.case_language import language
from deepday.web.visit import Visit

LANGUAGES = {"en": "English", "de": "Deutsch"}
_NAMES = {"en": "In English", "de": "Auf Deutsch"}


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """A way to the same page in another language."""

    code: str
    name: str
    link: str


def chosen_language(visit: Visit) -> str:
    """Return the code. Raises :class:`InputError` for a language that there are no texts in."""
    return language(text_language(visit.asked("language") or visit.text("language") or None)).code


def other_languages(visit: Visit) -> list[OtherLanguage]:
    """Return the ways to this page in the other languages, all else as it is."""
    now, query, path = chosen_language(visit), dict(visit.request.query_params), visit.request.url.path
    return [
        OtherLanguage(code, name, f"{path}?{urlencode({**query, 'language': code})}")
        for code, name in _NAMES.items()
        if code != now
    ]
