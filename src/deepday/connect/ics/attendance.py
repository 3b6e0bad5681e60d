"""Who takes part, how the owner answered, how the time is shown: RFC 5545 and its vendors' extensions."""

from deepday.connect.ics.properties import Properties, Property
from deepday.model import EventKind, Response, ShowAs

_SHOWN = {
    "FREE": ShowAs.FREE,
    "TENTATIVE": ShowAs.TENTATIVE,
    "BUSY": ShowAs.BUSY,
    "OOF": ShowAs.OUT_OF_OFFICE,
    "WORKINGELSEWHERE": ShowAs.WORKING_ELSEWHERE,
}
_ANSWERS = {
    "ACCEPTED": Response.ACCEPTED,
    "TENTATIVE": Response.TENTATIVE,
    "DECLINED": Response.DECLINED,
    "DELEGATED": Response.DELEGATED,
}
_BY_TITLE = {"out of office": EventKind.OUT_OF_OFFICE, "focus time": EventKind.FOCUS_TIME}
_NO_PERSON = ("@resource.calendar.google.com", "@group.calendar.google.com")
"""Google's addresses of rooms and equipment, and of secondary calendars (which stand as the organiser)."""


def show_as(properties: Properties) -> ShowAs:
    """Return how the time is shown; X-MICROSOFT-CDO-BUSYSTATUS goes before TRANSP, TRANSP before STATUS."""
    vendor = _SHOWN.get(word(properties, "X-MICROSOFT-CDO-BUSYSTATUS"))
    if vendor is not None:
        return vendor
    if word(properties, "TRANSP") == "TRANSPARENT":
        return ShowAs.FREE
    return ShowAs.TENTATIVE if word(properties, "STATUS") == "TENTATIVE" else ShowAs.BUSY


def kind(properties: Properties, title: str, email: str) -> EventKind:
    """Return the sort of entry; focus time and absences are told by the titles that Google Calendar gives them.

    An absence that somebody else announces by an invitation is the owner's only once the owner accepts it.
    """
    shown, own = show_as(properties), _is_own(properties, email)
    if shown is ShowAs.OUT_OF_OFFICE and (own or response(properties, email) is Response.ACCEPTED):
        return EventKind.OUT_OF_OFFICE
    if own and shown is not ShowAs.FREE:
        return _BY_TITLE.get(title.casefold(), EventKind.DEFAULT)
    return EventKind.DEFAULT


def response(properties: Properties, email: str) -> Response:
    """Return the owner's own answer: the PARTSTAT of that address, accepted for an organiser or somebody not listed."""
    own = [one for one in properties.get("ATTENDEE", []) if _is(one, email)]
    organises = any(_is(one, email) for one in properties.get("ORGANIZER", []))
    if not own:
        return Response.ACCEPTED
    answer = _ANSWERS.get(own[0].parameters.get("PARTSTAT", "").upper(), Response.NEEDS_ACTION)
    return Response.ACCEPTED if organises and answer is Response.NEEDS_ACTION else answer


def people(properties: Properties) -> int | None:
    """Return how many people the entry has who did not decline, organiser included; None without any ATTENDEE."""
    if "ATTENDEE" not in properties:
        return None
    declined = {
        _address(one)
        for one in properties["ATTENDEE"]
        if one.parameters.get("PARTSTAT", "").upper() == "DECLINED" or _is_thing(one)
    }
    return len({_address(one) for one in _listed(properties)} - declined - {""})


def organiser(properties: Properties, email: str) -> bool | None:
    """Tell whether the owner organises the entry; None where it names no organiser."""
    if "ORGANIZER" not in properties:
        return None
    return any(_is(one, email) for one in properties["ORGANIZER"])


def outsiders(properties: Properties, email: str) -> bool | None:
    """Tell whether somebody takes part whose address has another domain than the owner's; None without any guest."""
    addresses = {_address(one) for one in _listed(properties) if not _is_thing(one)} - {""}
    if "ATTENDEE" not in properties or not addresses:
        return None
    home = email.casefold().rpartition("@")[2]
    return any(one.rpartition("@")[2] != home for one in addresses if "@" in one)


def word(properties: Properties, name: str) -> str:
    """Return the value of a one-word property in capitals, empty when it is missing."""
    return properties[name][0].value.strip().upper() if name in properties else ""


def _is_own(properties: Properties, email: str) -> bool:
    """Tell whether nobody but the owner has to do with the entry; a room and a calendar are nobody when invited."""
    invited = {_address(one) for one in properties.get("ATTENDEE", []) if not (_is_thing(one) or _is(one, email))}
    return invited <= {""} and all(_is(one, email) for one in properties.get("ORGANIZER", []))


def _listed(properties: Properties) -> list[Property]:
    return properties.get("ORGANIZER", []) + properties.get("ATTENDEE", [])


def _is_thing(attendee: Property) -> bool:
    return attendee.parameters.get("CUTYPE", "").upper() in {"ROOM", "RESOURCE"}


def _is(person: Property, email: str) -> bool:
    return email.casefold() in {_bare(person.value), _bare(person.parameters.get("EMAIL", ""))}


def _address(person: Property) -> str:
    """Return what identifies a person, without regard to case; empty for something that is no person."""
    value = _bare(person.value)
    address = value if "@" in value else _bare(person.parameters.get("EMAIL", "")) or value
    return "" if address.endswith(_NO_PERSON) else address


def _bare(address: str) -> str:
    return address.strip().casefold().removeprefix("mailto:").strip()
