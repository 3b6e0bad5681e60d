"""The entries of a JSON array, one at a time, in bounded memory and whatever the file holds.

ijson's ``items`` is not used: on a file of a few hundred KB that only nests, its paths grow to gigabytes, and an
integer of 5,000 digits ends the process. Its ``basic_parse`` with ``use_float`` does neither.
"""

import codecs
from collections.abc import Iterable, Iterator
from typing import Any, Final

import ijson

from deepday_files.archive import MemberError, Stream

MAX_DEPTH = 64  # Slack's messages nest about ten deep
MAX_ENTRY = 16 * 10**6  # bytes; the largest real ones are channels with the identifiers of all their members

_OPENING = {"start_map", "start_array"}
_CLOSING = {"end_map", "end_array"}


class _TooDeep:
    """Stands for an entry that nests deeper than :data:`MAX_DEPTH`."""


TOO_DEEP: Final = _TooDeep()


def entries(stream: Stream) -> Iterator[object]:
    """Yield the entries of the array as Python values, :data:`TOO_DEEP` in place of one that nests too deeply.

    A UTF-8 byte order mark is accepted. Raises :class:`MemberError` when the file is no array in JSON, or breaks off;
    what came before was yielded. The error never quotes the file.
    """
    events: Any = ijson.sendable_list()
    parser = ijson.basic_parse_coro(events, use_float=True)
    assembly = _Assembly()
    data = stream.read().removeprefix(codecs.BOM_UTF8)
    unfinished = 0
    while True:
        at_end = broken = False
        try:
            parser.send(data)
        except StopIteration:
            at_end = True
        except (ijson.JSONError, ValueError, OverflowError):
            broken = True  # raised below, so that the parser's text, which quotes the file, is not chained to ours
        found = assembly.take(events)
        events.clear()
        yield from found
        if at_end:
            return
        if broken:
            raise MemberError("This file is no valid JSON in UTF-8 from some place on.")
        unfinished = 0 if found else unfinished + len(data)
        if unfinished > MAX_ENTRY:
            raise MemberError(f"This file has an entry larger than {MAX_ENTRY:,} bytes.")
        data = stream.read()


class _Assembly:
    """Puts entries together from the parser's events, across the steps in which the file is read."""

    def __init__(self) -> None:
        self._depth = 0
        self._builder: Any = None

    def take(self, events: Iterable[tuple[str, object]]) -> list[object]:
        """Return the entries that these events complete."""
        found: list[object] = []
        depth, builder = self._depth, self._builder
        for event, value in events:
            if depth == 0:
                if event != "start_array":
                    raise MemberError("This file is no JSON array.")
                depth = 1
                continue
            if depth == 1:
                if event == "end_array":
                    break
                builder = ijson.ObjectBuilder()
            if event in _OPENING:
                depth += 1
                if depth > MAX_DEPTH:
                    builder = None
            elif event in _CLOSING:
                depth -= 1
            if builder is not None:
                builder.event(event, value)
            if depth == 1:
                found.append(TOO_DEEP if builder is None else builder.value)
        self._depth, self._builder = depth, builder
        return found
