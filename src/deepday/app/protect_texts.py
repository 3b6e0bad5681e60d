"""Every text that colleagues may read, exactly as it will be shown, before anybody does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from deepday.app.approving import contact
from deepday.app.protecting import Protection, chosen_for, protection, with_form, words_for
from deepday.clock import Clock
from deepday.config.protect_settings import ProtectedAccountSettings
from deepday.connect import Capabilities, Port
from deepday.errors import DeepdayError, InputError
from deepday.model import ApprovedBlock, Audience, Contact, Interval
from deepday.reconcile import LANGUAGES, Policy
from deepday.reconcile.words import LONGEST_STATUS
from deepday.report.history_view import TextRow
from deepday.report.protect_view import span

_WHERE = {
    "title": "title of the event in your calendar; everybody who sees the calendar",
    "status": f"status, at most {LONGEST_STATUS} characters; all colleagues",
    "reply, subject": "subject of the automatic reply",
    "reply, inside": "automatic reply to people inside your organisation",
    "reply, outside": "automatic reply to people outside, if your mailbox or the settings let them have one",
    "decline": "answer to organisers of new meetings in the block, where these are declined",
}
_EVERYBODY = "automatic reply, one text for all who get it, inside or outside"


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
        places = _places(found)
        shown = {one: tuple(_shown(found, one, block, when, places)) for one in names}
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


def _places(found: Protection) -> list[tuple[str, frozenset[str]]]:
    """Return the accounts that show any text, each with the names of what it shows; all of them where none does."""
    places = []
    for sign_in in found.accounts.tokens.sign_ins():
        try:
            with found.accounts.opened(sign_in) as account:
                names = _names(chosen_for(found.settings, sign_in), account.capabilities(), found.reconciler.policy)
        except DeepdayError:
            continue  # what it would show is not known; status says why
        places += [(f"{sign_in.provider} {sign_in.account}", names)] if names else []
    return places or [("", frozenset(_WHERE))]


def _names(chosen: ProtectedAccountSettings, able: Capabilities, policy: Policy) -> frozenset[str]:
    names = {"title"} if chosen.events and Port.EVENT_WRITER in able.ports else set()
    if chosen.status and Port.STATUS_WRITER in able.ports:
        names.add("status")
    if Port.INVITATION_RESPONDER in able.ports:
        names.add("decline")
    if not chosen.automatic_reply or Port.AUTO_REPLY_WRITER not in able.ports:
        return frozenset(names)
    if not able.reply_to:
        outside = set() if policy.audience is Audience.NONE else {"reply, outside"}
        return frozenset(names | {"reply, inside"} | outside)
    whom = policy.audience or min(able.reply_to, key=list(Audience).index)
    return frozenset(names | {"reply, subject", "reply, inside" if whom is Audience.NONE else _EVERYBODY})


def _shown(
    found: Protection,
    language: str,
    block: ApprovedBlock,
    when: Interval,
    places: Sequence[tuple[str, frozenset[str]]],
) -> Iterator[TextRow]:
    words = with_form(words_for(found.settings, language), found.settings, found.accounts)
    whole = replace(words, texts=replace(words.texts, status_short=words.texts.status))
    long = len(whole.status(block, when, when.end).text)
    previews = words.previews(block, when)
    for account, names in places:
        for one in previews:
            everybody = one.name == "reply, outside" and _EVERYBODY in names
            if one.name not in names and not everybody:
                continue
            problem = one.problem
            if one.name == "status" and not problem and long > LONGEST_STATUS:
                problem = f"The short form: the long one has {long} characters."
            name, where = ("reply", _EVERYBODY) if everybody else (one.name, _WHERE[one.name])
            yield TextRow(name, where, one.text, problem, account)
