"""Signing in: a password, and the way from an address to the calendars (RFC 6764, RFC 4791)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from caldav.elements import cdav
from caldav.elements import dav as webdav

from deepday.clock import Clock
from deepday.connect import Dialogue, SignedIn
from deepday.connect.memory import MemoryTokens
from deepday.connect.secrets import SecretReference
from deepday.errors import FatalError, InputError, UnsupportedError
from deepday.model import Secret, TokenSet
from deepday_caldav import grammar
from deepday_caldav.dav import Dav
from deepday_caldav.errors import refused_read
from deepday_caldav.multistatus import Row, read_multistatus
from deepday_caldav.quirks import PLAIN, Quirks, recognised
from deepday_caldav.reading import Reading
from deepday_caldav.settings import Settings

WELL_KNOWN = "/.well-known/caldav"
_REDIRECTS = 5
_PRINCIPAL, _HOME = webdav.CurrentUserPrincipal.tag, cdav.CalendarHomeSet.tag
_INBOX = cdav.ScheduleInboxURL.tag
_ADDRESS = "Give the address that your provider names for CalDAV."


def sign_in(options: Mapping[str, str], person: Dialogue, clock: Clock) -> SignedIn:
    """Find the calendars, and keep the password as a token that does not expire.

    Raises :class:`InputError` where there are no calendars, :class:`ReconnectNeededError` for a wrong password.
    """
    given = Settings.of(options)
    quirks = recognised(given.url, {})
    if not quirks.takes_passwords:
        raise InputError(f"{quirks.name} takes no passwords over CalDAV.", quirks.advice)
    if quirks.advice and not options.get("password"):
        person.say(quirks.advice)
    tokens = TokenSet(access=_password(options, person), obtained_at=int(clock.now().timestamp()))
    settings = discover(replace(given, server=quirks.name), tokens, clock)
    with Dav(settings, MemoryTokens(tokens, clock), clock) as dav:
        calendars = Reading(settings, dav).calendars()
    if not calendars:
        raise InputError(f"{dav.host} has no calendar with events for this user.", "Make one there first.")
    if settings.blocks and not any(calendar.writable for calendar in calendars):
        raise InputError(f"None of the calendars on {dav.host} may be written by this user.", "Leave --allow away.")
    return SignedIn(f"{settings.user} at {urlsplit(settings.url).hostname}", tokens, options=settings.found())


def discover(given: Settings, tokens: TokenSet, clock: Clock) -> Settings:
    """Return the settings with what leads to the calendars: their home, the inbox, the sort of server."""
    with Dav(given, MemoryTokens(tokens, clock), clock) as dav:
        search = _Search(dav, given)
        entrance = next(search.entrances(), None)
        if entrance is None:
            raise InputError(f"{dav.host} does not speak CalDAV at this address.", _ADDRESS)
        principal = entrance.href_in(_PRINCIPAL)
        owner = search.look(principal) if principal else entrance
        if owner is None or not owner.href_in(_HOME):
            raise InputError(f"{dav.host} does not say where the calendars are.", _ADDRESS)
        home = urljoin(given.url, owner.href_in(_HOME))
        inbox = owner.href_in(_INBOX)
        quirks = search.quirks if search.quirks is not PLAIN else recognised(home, {})
        _same_host(dav, home, quirks)
    return replace(given, home=home, inbox=urljoin(given.url, inbox) if inbox else "", server=quirks.name)


def _same_host(dav: Dav, home: str, quirks: Quirks) -> None:
    """Refuse calendars on another host, but for a provider that is known to keep them there."""
    parts = urlsplit(home)
    if quirks.partitions and parts.scheme == "https" and (parts.hostname or "").endswith(quirks.partitions):
        return
    dav.address(home)


@dataclass(slots=True)
class _Search:
    """Looks at one address after the other, and notes what sort of server answers."""

    dav: Dav
    given: Settings
    quirks: Quirks = field(default=PLAIN)

    def entrances(self) -> Iterator[Row]:
        """Give every answer that names a principal or a home: at the address, at the well-known one, at the root."""
        places = [self.given.url, urljoin(self.given.url, WELL_KNOWN), urljoin(self.given.url, "/")]
        if urlsplit(self.given.url).path == "/":
            places = places[1:]
        for place in dict.fromkeys(places):
            row = self.look(place)
            if row is not None and (row.href_in(_PRINCIPAL) or row.href_in(_HOME)):
                yield row

    def look(self, place: str) -> Row | None:
        """Ask an address for what leads on; ``None`` where there is nothing of that sort."""
        address = self.dav.address(place)
        for _ in range(_REDIRECTS + 1):
            answer = self.dav.ask("PROPFIND", address, grammar.propfind((_PRINCIPAL, _HOME, _INBOX)), 0)
            if self.quirks is PLAIN:
                self.quirks = recognised(address, answer.headers)
            if answer.status not in {301, 302, 303, 307, 308}:
                break
            address = self._led_on(urljoin(address, answer.headers.get("location", "")))
        error = refused_read(answer, self.dav.host, self.dav.now())
        if error is not None and (answer.status >= 500 or answer.status in {408, 425, 429}) and answer.status != 501:
            raise error
        try:
            rows = read_multistatus(answer.data, self.dav.host).rows
        except FatalError:
            return None
        return rows[0] if rows and error is None else None

    def _led_on(self, address: str) -> str:
        try:
            return self.dav.address(address)
        except UnsupportedError:
            host = urlsplit(address).hostname
            advice = f"If your provider names that host, connect again with --url https://{host}."
            raise InputError(f"{self.dav.host} sends you on to another address, at {host}.", advice) from None


def _password(options: Mapping[str, str], person: Dialogue) -> Secret:
    if reference := options.get("password", ""):
        return SecretReference.parse(reference).resolve()
    password = person.ask_secret(f"Password of {options['user'].strip()}:")
    if not password:
        raise InputError("The password is empty.", "Nothing was sent.")
    return password
