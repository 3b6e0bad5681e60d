"""Who the owner and the bots of a Slack export are, and what sort of conversation each folder holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from deepday.connect import ReadContext
from deepday.connect.skips import skip
from deepday.errors import InputError
from deepday.model import ConversationKind, Skipped
from deepday_files.archive import Archive, MemberError
from deepday_files.slack_json import entries
from deepday_files.slack_layout import CONVERSATIONS, PEOPLE, Layout, parent

_MEMBER_ID_ADVICE = "Give your member ID with --slack-user ID (in Slack: Profile > More > Copy member ID)."


class People(NamedTuple):
    """The owner's member ID and those of bots, Slackbot among them."""

    owner: str
    bots: frozenset[str]


class Place(NamedTuple):
    """A conversation that a folder holds.

    ``kind`` is THREAD for a channel, whose threads are conversations of their own. ``concerns_owner`` is false for a
    direct message or group of other people, as exports of a whole workspace have them.
    """

    id: str
    kind: ConversationKind
    concerns_owner: bool = True


def read_people(archive: Archive, layout: Layout, context: ReadContext, skipped: list[Skipped]) -> People:
    """Read users.json or org_users.json, and find the owner by ``context.slack_user`` or ``context.email``.

    Raises :class:`InputError` when the owner cannot be told.
    """
    census = _Census(context.email.strip().casefold(), context.slack_user)
    for _, user in _listed(archive, layout, PEOPLE, skipped):
        census.add(user)
    bots = frozenset(census.bots)
    if context.slack_user is not None and (census.named or not census.users):
        return People(context.slack_user, bots)
    if not census.users:
        raise InputError(f"{archive.name} has no list of users to find you in (users.json).", _MEMBER_ID_ADVICE)
    damaged = ", as far as its list of users can be read" if any(s.where.endswith(PEOPLE) for s in skipped) else ""
    if context.slack_user is not None:
        raise InputError(
            f"{archive.name} has no user {context.slack_user} among its {census.users:,}{damaged}.",
            "Check the member ID (in Slack: Profile > More > Copy member ID) and that it is the right workspace.",
        )
    matches = census.active or census.deleted
    if len(matches) == 1:
        return People(next(iter(matches)), bots)
    how_many = f"{len(matches)} users" if matches else "no user"
    raise InputError(
        f"{archive.name} has {how_many} with the address {context.email}; "
        f"{census.addresses:,} of its {census.users:,} users have an address{damaged}.",
        _MEMBER_ID_ADVICE,
    )


@dataclass(slots=True)
class _Census:
    """What is kept of the lists of users: no names, and no address."""

    email: str
    slack_user: str | None
    users: int = 0
    named: bool = False  # slack_user is one of them
    bots: set[str] = field(default_factory=lambda: {"USLACKBOT"})
    active: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    addresses: int = 0

    def add(self, user: dict[str, object]) -> None:
        number = str(user["id"])
        self.users += 1
        self.named |= number == self.slack_user
        if user.get("is_bot"):
            self.bots.add(number)
        profile = user.get("profile")
        email = profile.get("email") if isinstance(profile, dict) else None
        if isinstance(email, str) and email:
            self.addresses += 1
            if email.strip().casefold() == self.email:
                (self.deleted if user.get("deleted") else self.active).add(number)


def read_places(archive: Archive, layout: Layout, owner: str, skipped: list[Skipped]) -> dict[str, Place]:
    """Return the conversation of each folder of ``layout.days``; a folder that is not listed is taken by its name."""
    known: dict[tuple[str, str], Place] = {}
    for member_path, entry in _listed(archive, layout, CONVERSATIONS, skipped):
        place = _place(member_path.rpartition("/")[2], entry, owner)
        for name in (entry.get("name"), place.id):
            if isinstance(name, str) and name:
                known.setdefault((parent(member_path), name), place)
    if "channels.json" not in layout.metadata:
        reason = "The export has no channels.json; what is not listed elsewhere is told from the names of the folders."
        skipped.append(skip(archive.name, "channels.json", reason))
    places = {}
    for folder in layout.days:
        name = folder.rpartition("/")[2]
        places[folder] = known.get((parent(folder), name)) or Place(name, _kind_by_name(name))
    return places


def _place(file: str, entry: dict[str, object], owner: str) -> Place:
    number, name, members = str(entry["id"]), entry.get("name"), entry.get("members")
    if file == "dms.json":
        kind = ConversationKind.DIRECT
    elif file == "mpims.json" or entry.get("is_mpim") or (isinstance(name, str) and name.startswith("mpdm-")):
        kind = ConversationKind.GROUP
    else:
        return Place(number, ConversationKind.THREAD)
    return Place(number, kind, concerns_owner=not isinstance(members, list) or owner in members)


def _kind_by_name(name: str) -> ConversationKind:
    """Tell by Slack's identifiers: names of channels have no capital letters."""
    if re.fullmatch("D[A-Z0-9]+", name):
        return ConversationKind.DIRECT
    if re.fullmatch("G[A-Z0-9]+|mpdm-.+", name):
        return ConversationKind.GROUP
    return ConversationKind.THREAD


def _listed(
    archive: Archive, layout: Layout, files: tuple[str, ...], skipped: list[Skipped]
) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the objects with an id in metadata files, with the name of the file; note what cannot be used."""
    for member in (member for file in files for member in layout.metadata.get(file, ())):
        without_id = 0
        try:
            with archive.open(member) as stream:
                for entry in entries(stream):
                    if isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry["id"]:
                        yield member.path, entry
                    else:
                        without_id += 1
        except MemberError as error:
            skipped.append(skip(archive.name, member.path, error.what))
        if without_id:
            reason = f"{without_id:,} {'entry' if without_id == 1 else 'entries'} without a usable id."
            skipped.append(skip(archive.name, member.path, reason))
