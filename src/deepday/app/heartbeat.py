"""The heartbeat: a call to an address that its owner's monitor watches, after each self-audit that passed."""

from urllib.parse import urlsplit

from deepday.clock import Clock
from deepday.connect.secrets import SecretReference
from deepday.errors import InputError

SECONDS = 10.0
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def beat_heart(reference: str, method: str, clock: Clock) -> None:
    """Call the address that a reference leads to; nothing is sent but the call itself.

    Raises :class:`InputError` for an address that is none or is not protected, and as the status of the answer says
    otherwise. No error shows more of the address than its host: whoever has it can keep the monitor quiet.
    """
    from deepday.connect.http import HttpClient, Limits, refusal  # noqa: PLC0415 - not light to import

    address = SecretReference.parse(reference).resolve().reveal()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in {"https", "http"} or (parts.scheme == "http" and host not in _LOOPBACK):
        raise InputError("The heartbeat's address is none that begins with https://.", "See heartbeat under [serve].")
    origin = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"
    with HttpClient(origin, clock, Limits(total=SECONDS, connect=SECONDS, size=65_536)) as client:
        answer = client.send(method, address, safe=True)
    refused = refusal(answer, host, clock.now())
    if refused is not None:
        raise refused
