"""Every text that colleagues may read, exactly as it will be shown, before anybody does."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from deepday.app.approving import contact
from deepday.app.protecting import Protection, protection, with_form, words_for
from deepday.clock import Clock
from deepday.errors import InputError
from deepday.model import ApprovedBlock, Contact, Interval
from deepday.reconcile import LANGUAGES, Preview
from deepday.reconcile.words import LONGEST_STATUS
from deepday.report.history_view import TextRow
from deepday.report.protect_view import span

_WHERE = {
    "title": "title of the event in your calendar; everybody who sees the calendar",
    "status": f"status in Slack and Teams, at most {LONGEST_STATUS} characters; all colleagues",
    "reply, subject": "subject of the automatic reply, Gmail only",
    "reply, inside": "automatic reply to people inside your organisation",
    "reply, outside": "automatic reply to people outside; not sent unless you allow it at the service",
    "decline": "answer to organisers of new meetings in the block, where these are declined",
}


@dataclass(frozen=True, slots=True)
class ShownTexts:
    """The texts of one language for one block. ``about``: which block, in words. ``example``: an invented one."""

    language: str
    about: str
    example: bool
    texts: tuple[TextRow, ...]


def texts(language: str | None, clock: Clock | None = None) -> list[ShownTexts]:
    """Return the texts of that language, by default of all, for the next block or an example.

    Raises :class:`InputError` for a language that there is not, and for texts that cannot be read.
    """
    if language is not None and language not in LANGUAGES:
        raise InputError(f"There are no texts in {language!r}.", f"Choose one of: {', '.join(sorted(LANGUAGES))}.")
    with protection(clock, offline=True) as found:
        block, when, example = _block(found)
        first = found.settings.protect.language
        names = [language] if language else sorted(LANGUAGES, key=lambda one: (one != first, one))
        about = f"{'an example' if example else 'the block'} {span(when, found.person.zone)}"
        shown = {one: tuple(_shown(found, one, block, when)) for one in names}
        return [ShownTexts(one, about, example, rows) for one, rows in shown.items()]


def _block(found: Protection) -> tuple[ApprovedBlock, Interval, bool]:
    """Return the block to show texts for: the one under way or next, else an invented one."""
    view, approvals = found.reconciler.view(found.name), found.approvals()
    known = [(one.block, one.when) for one in view.live] + [(one, one.when) for one in approvals.new]
    ahead = [(block, when) for block, when in known if when.end > found.now()]
    if ahead:
        return (*min(ahead, key=lambda one: one[1].start), False)
    day = found.clock.now().astimezone(found.person.zone).date() + timedelta(days=1)
    start = datetime(day.year, day.month, day.day, 9)  # noqa: DTZ001 - on the clocks of the block's zone
    contacts = [contact(one.email, found.settings) for one in found.settings.point_people if one.agreed]
    block = ApprovedBlock(
        id="example",
        person=found.name,
        start=start,
        end=start + timedelta(hours=8),
        zone=found.person.zone.key,
        point_person=contacts[0] if contacts else Contact("Grace", "@grace"),
        backup=contacts[1] if len(contacts) > 1 else None,
    )
    return block, block.when, True


def _shown(found: Protection, language: str, block: ApprovedBlock, when: Interval) -> list[TextRow]:
    words = with_form(words_for(found.settings, language), found.settings, found.accounts)
    whole = replace(words, texts=replace(words.texts, status_short=words.texts.status))
    long = len(whole.status(block, when, when.end).text)
    said = []
    for one in words.previews(block, when):
        problem = one.problem
        if one.name == "status" and not problem and long > LONGEST_STATUS:
            problem = f"The short form: the long one has {long} characters."
        said.append(_text(one, problem))
    return said


def _text(preview: Preview, problem: str) -> TextRow:
    return TextRow(preview.name, _WHERE[preview.name], preview.text, problem)
