"""The language of the texts that go to others: what was asked for, otherwise what the settings say."""

from deepday.config.load import load_settings
from deepday.config.settings import Settings


def text_language(asked: str | None, settings: Settings | None = None) -> str:
    """Return the code of the language: ``asked`` where something was, otherwise ``language`` under ``[case]``.

    It is not checked here: templates of the user's own may be in any language.
    """
    return asked or (settings or load_settings()).case.language
