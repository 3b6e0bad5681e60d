"""Reads a Slack export as a stream of activity: when the owner wrote, and was written to."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path

from deepday.connect import ActivityReading, ReadContext
from deepday.connect.skips import skip
from deepday.connect.slack_messages import EARLIEST, LATEST, Post, UnusableError, read_post
from deepday.model import (
    ActivityStream,
    Conversation,
    ConversationKind,
    Interval,
    Message,
    Skipped,
    intersect,
    merge,
    subtract,
)
from deepday_files.archive import Archive, MemberError, open_archive
from deepday_files.slack_directory import People, Place, read_people, read_places
from deepday_files.slack_json import TOO_DEEP, entries
from deepday_files.slack_layout import DayFile, Layout, day_of, survey

HORIZON = timedelta(days=120)  # how long before the window a thread may have begun for its replies to be recognised
AFTERWARDS = timedelta(days=2)  # the zone of a day file is unknown: it may hold messages of the day before or after

_SHOWN_PER_REASON = 20


class SlackExport:
    """A Slack export, ZIP or folder.

    Counted are all messages by the owner, and those of other people that are directed at the owner: in direct messages
    and group direct messages, in a thread that the owner opened or wrote in before, or with a mention of the owner
    (not of everybody or of a group). Direct messages among other people, which an export of a whole workspace has too,
    are not opened. Threads are followed for 120 days before the window; older day files, and those of more than 2 days
    after the window, are not opened either.

    An export does not say which period it covers. It is taken as observed from ``context.silence`` days before its
    first day file to as many after its last, but no longer than to the time of its newest file, when it was made; and
    without the days of files that could not be read in full.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read_activity(self, context: ReadContext) -> ActivityReading:
        """Read the activity.

        Raises :class:`deepday.errors.InputError` when it is no Slack export, or the owner is not found in it.
        """
        with open_archive(self._path) as archive:
            layout = survey(archive)
            skipped = [*archive.refused, *layout.unknown]
            people = read_people(archive, layout, context, skipped)
            places = read_places(archive, layout, people.owner, skipped)
            reader = _Reader(archive, people, context)
            stream = ActivityStream.of(reader.messages(_to_read(layout, places, context)))
            skipped += reader.skipped
            gaps = reader.gaps | {day for item in archive.refused if (day := day_of(item.where))}
            made = _made(archive, layout, reader.newest, context.zone)
            observed = _observed(layout, made, gaps, context)
            return ActivityReading(stream, observed, tuple(_readable(skipped)), archive.digest, reader.total)


class _Reader:
    """Reads day files.

    ``total`` entries of any sort, ``gaps`` the days of files that were not read in full, ``newest`` the UTC second of
    the latest message that a person wrote, to anybody, 0 without one.
    """

    def __init__(self, archive: Archive, people: People, context: ReadContext) -> None:
        self.skipped: list[Skipped] = []
        self.gaps: set[date] = set()
        self.total = 0
        self.newest = 0
        self._archive = archive
        self._people = people
        self._context = context

    def messages(self, work: Sequence[tuple[Place, list[DayFile]]]) -> Iterator[Message]:
        files = sum(len(days) for _, days in work)
        done = 0
        for place, days in work:
            listener = _Listener(place, self._context)
            for day_file in days:
                yield from listener.hear(self._posts(day_file))
                done += 1
                self._context.progress("reading Slack export", done, files)

    def _posts(self, day_file: DayFile) -> Iterator[Post]:
        unusable: Counter[str] = Counter()
        path = day_file.member.path
        try:
            with self._archive.open(day_file.member) as stream:
                for entry in entries(stream):
                    self.total += 1
                    if entry is TOO_DEEP:
                        unusable["nested too deeply"] += 1
                        continue
                    try:
                        post = read_post(entry, self._people.owner, self._people.bots)
                    except UnusableError as error:
                        unusable[error.reason] += 1
                        continue
                    if post is not None:
                        self.newest = max(self.newest, post.micros // 1_000_000)
                        yield post
        except MemberError as error:
            self.gaps.add(day_file.day)
            self.skipped.append(skip(self._archive.name, path, error.what))
        for reason, count in sorted(unusable.items()):
            text = f"{count:,} {'message' if count == 1 else 'messages'} {reason}."
            self.skipped.append(skip(self._archive.name, path, text))


class _Listener:
    """Decides in one conversation which posts concern the owner; remembers only what the owner has a part in."""

    def __init__(self, place: Place, context: ReadContext) -> None:
        self._place = place
        self._context = context
        self._taking_part: dict[int, int] = {}  # thread -> the owner's first post in it, both in microseconds
        self._conversations: dict[int, Conversation] = {}
        self._given: set[int] = set()

    def hear(self, posts: Iterable[Post]) -> Iterator[Message]:
        """Yield the messages of one day file; the files must come by date, the posts may come in any order."""
        undecided = array("q")  # pairs of micros and thread: replies that the owner's posts further down may explain
        for post in posts:
            if post.own:
                first = self._taking_part.get(post.thread, post.micros)
                self._taking_part[post.thread] = min(first, post.micros)
            if post.own or post.mention or post.answers_owner or self._concerns_owner(post.micros, post.thread):
                yield from self._message(post.micros, post.thread, outgoing=post.own, mention=post.mention)
            elif post.thread != post.micros:
                undecided.extend((post.micros, post.thread))
        for micros, thread in zip(undecided[::2], undecided[1::2], strict=True):
            if self._concerns_owner(micros, thread):
                yield from self._message(micros, thread, outgoing=False, mention=False)

    def _concerns_owner(self, micros: int, thread: int) -> bool:
        return self._place.kind is not ConversationKind.THREAD or self._taking_part.get(thread, micros) < micros

    def _message(self, micros: int, thread: int, *, outgoing: bool, mention: bool) -> Iterator[Message]:
        window = self._context.window
        # A reply that is also sent to the channel may be found twice, and so may any message where exports overlap.
        if window.start <= micros // 1_000_000 < window.end and micros not in self._given:
            self._given.add(micros)
            yield Message(micros, outgoing, mention, self._conversation(thread))

    def _conversation(self, thread: int) -> Conversation:
        key = thread if self._place.kind is ConversationKind.THREAD else 0
        if key not in self._conversations:
            ts = f":{key // 1_000_000}.{key % 1_000_000:06d}" if key else ""
            pseudonym = self._context.pseudonym(f"slack:{self._place.id}{ts}")
            self._conversations[key] = Conversation(pseudonym, self._place.kind)
        return self._conversations[key]


def _to_read(layout: Layout, places: dict[str, Place], context: ReadContext) -> list[tuple[Place, list[DayFile]]]:
    """Return the day files worth reading, by conversation and date; several folders may hold one conversation."""
    first = _date(context.window.start, context.zone) - HORIZON
    last = _date(context.window.end, context.zone) + AFTERWARDS
    work: dict[Place, list[DayFile]] = {}
    for folder, place in places.items():
        days = [item for item in layout.days[folder] if first <= item.day <= last]
        if days and place.concerns_owner:
            work.setdefault(place, []).extend(days)
    return [(place, sorted(days, key=lambda item: item.day)) for place, days in work.items()]


def _made(archive: Archive, layout: Layout, newest: int, zone: tzinfo) -> int | None:
    """Return the first second after the export was made, None when that cannot be told.

    ``newest`` is the last message read. It proves that the export was made later, where the archive's time says less:
    the time of a file in a ZIP does not say of which zone it is.
    """
    made = archive.made(zone)
    last = max(_days(layout), default=date.min)
    # Archivers that know no time write 1980-01-01, and some programs that unpack write the start of 1970.
    if not EARLIEST <= made < LATEST or _date(made, zone) < last:
        return None
    return max(made, newest + 1)


def _days(layout: Layout) -> Iterator[date]:
    return (item.day for files in layout.days.values() for item in files)


def _observed(layout: Layout, made: int | None, gaps: Iterable[date], context: ReadContext) -> tuple[Interval, ...]:
    """Return the part of the window that the export covers, up to ``made`` and without the days of ``gaps``."""
    window = [context.window]
    days = list(_days(layout))
    if days:
        silence = timedelta(days=context.silence)
        first, after = min(days) - silence, max(days) + silence + timedelta(days=1)
        covered = Interval(_midnight(first, context.zone), _midnight(after, context.zone))
        window = intersect(window, [covered])
    if made is not None:
        window = intersect(window, merge([Interval(context.window.start, made)]))
    holes = merge(
        Interval(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
        for day in gaps
        for zone in (UTC, context.zone)
    )
    return tuple(subtract(window, holes))


def _date(instant: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(instant, zone).date()


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _readable(skipped: Iterable[Skipped]) -> Iterator[Skipped]:
    """Yield a few entries of each reason as they are, and one that counts the others."""
    seen: Counter[tuple[str, str]] = Counter()
    for item in skipped:
        seen[item.source, item.reason] += 1
        if seen[item.source, item.reason] <= _SHOWN_PER_REASON:
            yield item
    for (source, reason), count in seen.items():
        if count > _SHOWN_PER_REASON:
            yield skip(source, f"and {count - _SHOWN_PER_REASON:,} more", reason)
