"""What a sign-in, and everything after it, is told: client, tenant, cloud, addresses, allowed features."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from deepday.connect import Feature, SignInOption
from deepday.connect.addresses import base_address
from deepday.connect.secrets import SecretReference
from deepday.errors import InputError

PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant that every personal account belongs to."""

OBJECT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_SHARED_TENANTS = {"common", "organizations", "consumers"}


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds: where people sign in, where Graph is, whether presence can be written there."""

    login: str
    graph: str
    presence: bool = True


CLOUDS: Mapping[str, Cloud] = {
    "global": Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "usgov": Cloud("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    "usgov-dod": Cloud("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    "china": Cloud(
        "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn", presence=False
    ),
}

SCOPES: Mapping[Feature, tuple[str, ...]] = {
    Feature.READ: ("Calendars.Read",),
    Feature.BLOCKS: ("Calendars.ReadWrite",),
    Feature.REPLIES: ("MailboxSettings.ReadWrite",),
    Feature.STATUS: ("Presence.Read", "Presence.ReadWrite"),
    Feature.ANSWERS: ("Calendars.ReadWrite",),
    Feature.OWN_CALENDAR: ("Calendars.ReadWrite",),
}
"""The delegated permissions that each feature needs; ``Calendars.ReadWrite`` takes the place of ``Calendars.Read``."""

_ALLOWED = (Feature.BLOCKS, Feature.REPLIES, Feature.STATUS, Feature.ANSWERS, Feature.OWN_CALENDAR)

OPTIONS = (
    SignInOption("client-id", "Application (client) ID of your app registration in Microsoft Entra."),
    SignInOption(
        "tenant",
        "Directory (tenant) ID or domain; common: any account, organizations: work accounts only.",
        default="common",
    ),
    SignInOption("cloud", "Which of Microsoft's clouds.", default="global", choices=tuple(CLOUDS)),
    SignInOption("allow", "What deepday may do besides reading calendars.", choices=_ALLOWED, many=True),
    SignInOption("device-code", "Sign in by typing a code on any device; for machines without a browser.", flag=True),
    SignInOption("certificate", "App-only: PEM with certificate and private key, like file:PATH.", secret=True),
    SignInOption("user", "App-only: object ID or address of the person whose mailbox it is."),
    SignInOption("base-url", "Instead of Microsoft's addresses: a sandbox or a proxy that speaks for both."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options, understood.

    ``allow`` always has :attr:`Feature.READ`. ``user`` and ``certificate`` are set for access as an application.
    ``object_id`` and ``personal`` become known by the sign-in.
    """

    client_id: str
    tenant: str
    cloud: str
    allow: frozenset[Feature]
    base_url: str = ""
    certificate: SecretReference | None = None
    user: str = ""
    object_id: str = ""
    personal: bool = False

    @property
    def app_only(self) -> bool:
        """Whether deepday acts as an application, without a person who signed in."""
        return self.certificate is not None

    @property
    def login_host(self) -> str:
        """The address that a sign-in is for, whatever ``base_url`` leads there."""
        return CLOUDS[self.cloud].login

    @property
    def login_url(self) -> str:
        """Where requests for tokens go."""
        return self.base_url or self.login_host

    @property
    def authority(self) -> str:
        """What msal calls an authority."""
        return f"{self.login_host}/{self.tenant}"

    @property
    def graph_url(self) -> str:
        """Where Graph's paths begin, without a slash at the end."""
        return f"{self.base_url or CLOUDS[self.cloud].graph}/v1.0"

    @property
    def graph_links(self) -> tuple[str, ...]:
        """The beginnings that a link in an answer may have: ours, and the vendor's where a proxy passes it on."""
        return (f"{self.graph_url}/", f"{CLOUDS[self.cloud].graph}/v1.0/")

    @property
    def mailbox(self) -> str:
        """The path of the mailbox."""
        return f"/users/{quote(self.user, safe='')}" if self.app_only else "/me"

    def features(self) -> frozenset[Feature]:
        """Return what to ask for: what is allowed, without what this cloud cannot do."""
        return self.allow if CLOUDS[self.cloud].presence else self.allow - {Feature.STATUS}

    def scopes(self) -> list[str]:
        """Return the scopes to ask for, of a person or (one that stands for all that was granted) of the tenant."""
        prefix = f"{CLOUDS[self.cloud].graph}/"
        if self.app_only:
            return [f"{prefix}.default"]
        names = {name for feature in self.features() for name in SCOPES[feature]}
        if not names.isdisjoint(SCOPES[Feature.BLOCKS]):
            names -= set(SCOPES[Feature.READ])
        return sorted(names if self.cloud == "global" else (prefix + name for name in names))

    def kept(self, device: Mapping[str, str]) -> dict[str, str]:
        """Return the options to keep with the account; ``device`` are those that were given."""
        names = ("client-id", "tenant", "cloud", "allow", "certificate", "user", "base-url")
        kept = {name: device[name] for name in names if device.get(name)}
        found = {"object-id": self.object_id, "kind": "personal" if self.personal else ""}
        return {**kept, **{name: value for name, value in found.items() if value}}


def read_settings(options: Mapping[str, str]) -> Settings:
    """Read the options of a sign-in, or those that it kept. Raises :class:`InputError`."""
    given = {name: value.strip() for name, value in options.items()}
    client_id, tenant = given.get("client-id", ""), given.get("tenant", "") or "common"
    if not client_id:
        advice = "Register an app in Microsoft Entra and give its Application (client) ID: docs/connect-microsoft.md."
        raise InputError("--client-id is missing.", advice)
    if not OBJECT_ID.fullmatch(client_id):
        raise InputError("--client-id is no application ID.", "It looks like 11111111-2222-3333-4444-555555555555.")
    if not _TENANT.fullmatch(tenant):
        raise InputError("--tenant is neither an ID nor a domain.", "Give the Directory (tenant) ID, or leave it away.")
    cloud = given.get("cloud", "") or "global"
    if cloud not in CLOUDS:
        raise InputError("--cloud names no cloud of Microsoft's.", f"It is one of {', '.join(CLOUDS)}.")
    certificate, user = given.get("certificate", ""), given.get("user", "")
    _check_application(certificate, user, tenant)
    return Settings(
        client_id=client_id.lower(),
        tenant=tenant,
        cloud=cloud,
        allow=_features(given.get("allow", "")),
        base_url=base_address(given.get("base-url", "")),
        certificate=SecretReference.parse(certificate) if certificate else None,
        user=user,
        object_id=given.get("object-id", "") or (user if OBJECT_ID.fullmatch(user) else ""),
        personal=given.get("kind", "") == "personal",
    )


def _check_application(certificate: str, user: str, tenant: str) -> None:
    if not certificate and user:
        raise InputError("--user is for access as an application, and --certificate is missing.", "Give both, or none.")
    if certificate and not user:
        raise InputError("--certificate is for access as an application, and --user is missing.", "Give both, or none.")
    if certificate and tenant in _SHARED_TENANTS:
        raise InputError("An application signs in to one tenant.", "Give --tenant with the Directory (tenant) ID.")


def _features(text: str) -> frozenset[Feature]:
    names = {part.strip() for part in text.split(",") if part.strip()} - {Feature.READ}
    if not names <= set(_ALLOWED):
        raise InputError("--allow names something that Microsoft 365 has not.", f"It has {', '.join(_ALLOWED)}.")
    return frozenset({Feature.READ, *(Feature(name) for name in names)})
