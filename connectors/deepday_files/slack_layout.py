"""What the files of a Slack export are: metadata, day files of conversations, other things Slack adds, strangers.

Slack's help, "How to read Slack data exports": one folder for each conversation (channels by name, direct messages by
identifier) with one ``YYYY-MM-DD.json`` for each day that has messages.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from deepday.connect.skips import skip
from deepday.errors import InputError
from deepday.model import Skipped
from deepday_files.archive import Archive, Member

PEOPLE = ("users.json", "org_users.json")  # the second one in exports of an Enterprise Grid
CONVERSATIONS = ("channels.json", "groups.json", "dms.json", "mpims.json")

_WITHOUT_MESSAGES = {
    "canvas_in_the_conversation.json",
    "canvases.json",
    "canvases_in_conversation.json",
    "content_flags.json",
    "file_conversations.json",
    "huddle_transcripts.json",
    "integration_logs.json",
    "lists.json",
}
_DAY_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.json$", re.ASCII)


class DayFile(NamedTuple):
    """The messages of one conversation on one day; Slack does not say in which zone."""

    day: date
    member: Member


@dataclass(slots=True)
class Layout:
    """``metadata``: by base name. ``days``: by folder, each sorted by date. ``unknown``: what was not made use of."""

    metadata: dict[str, list[Member]] = field(default_factory=lambda: defaultdict(list))
    days: dict[str, list[DayFile]] = field(default_factory=lambda: defaultdict(list))
    unknown: list[Skipped] = field(default_factory=list)


def survey(archive: Archive) -> Layout:
    """Sort the archive's members; it may have been packed again inside one more folder.

    Raises :class:`InputError` when it has neither Slack's metadata nor a day file in a folder.
    """
    layout = Layout()
    days: list[tuple[str, DayFile]] = []
    for member in archive.members:
        folder, _, name = member.path.rpartition("/")
        if name in PEOPLE or name in CONVERSATIONS:
            layout.metadata[name].append(member)
        elif name in _WITHOUT_MESSAGES:
            continue
        elif folder and _DAY_FILE.match(name) and (day := day_of(name)):
            days.append((folder, DayFile(day, member)))
        else:
            _note_unknown(archive, layout, member)
    if not (layout.metadata or days):
        raise InputError(
            f"{archive.name} is no Slack export: it has no users.json, no channels.json and no days of a conversation.",
            "Get one from Slack: Workspace settings > Import/Export data > Export.",
        )
    roots = {parent(member.path) for members in layout.metadata.values() for member in members}
    if not roots:  # then the conversations are the folders nearest to the top
        nearest = min(folder.count("/") for folder, _ in days)
        roots = {parent(folder) for folder, _ in days if folder.count("/") == nearest}
    for folder, day_file in days:
        if parent(folder) in roots:
            layout.days[folder].append(day_file)
        else:
            _note_unknown(archive, layout, day_file.member)
    return layout


def parent(path: str) -> str:
    """Return the folder that a path inside an archive lies in, empty for the top."""
    return path.rpartition("/")[0]


def day_of(name: str) -> date | None:
    """Return the date that a member's name ends in, as day files do; None without one, or before 2010 or after 2100."""
    found = _DAY_FILE.search(name)
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
    return day if day and 2010 <= day.year <= 2100 else None


def _note_unknown(archive: Archive, layout: Layout, member: Member) -> None:
    reason = "This is no file of a Slack export (channel/YYYY-MM-DD.json and the like); it was not read."
    layout.unknown.append(skip(archive.name, member.path, reason))
