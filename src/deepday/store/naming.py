"""Finding one person by name in any text: addresses, ids at services, names as they are written."""

import json
import re
from collections.abc import Iterable

from deepday.errors import InputError

SHORTEST = 3
"""Characters; a shorter name would be found in everybody's words."""


class Naming:
    """The names of one person, found as whole words, upper and lower case alike, also as JSON writes them."""

    def __init__(self, names: Iterable[str]) -> None:
        """Raises :class:`InputError` for no name, and for one that is too short to be anybody's."""
        self.names = tuple(sorted({" ".join(one.split()).lower() for one in names}))
        if not self.names or any(len(one) < SHORTEST for one in self.names):
            raise InputError(
                f"A name of fewer than {SHORTEST} characters would be found in everybody's words.",
                "Name an address, an ID at a service, or a whole name.",
            )
        self._forms = {form: number for number, one in enumerate(self.names) for form in (one, json.dumps(one)[1:-1])}
        longest = sorted(self._forms, key=len, reverse=True)
        # Not inside a longer word or address: "ana@example.org" is not in "dana@example.org" nor "ana@example.org.uk".
        self._pattern = re.compile(
            rf"(?<![\w.+-])(?:{'|'.join(map(re.escape, longest))})(?![\w-]|[.@]\w)", re.IGNORECASE
        )

    def found(self, text: object) -> bool:
        """Tell whether the person is named."""
        return isinstance(text, str) and self._pattern.search(text) is not None

    def replaced(self, text: str, stand_in: str) -> str:
        """Return the text with ``stand_in`` for the person; each of the names has one of its own."""

        def other(match: re.Match[str]) -> str:
            number = self._forms.get(match[0].lower(), 0)  # odd letters match, and are no key
            return f"{stand_in}-{number + 1}" if number else stand_in

        return self._pattern.sub(other, text)
