"""What went over the wire of a served office, with the tokens: who asked, and what."""

from dataclasses import dataclass

from deepday_sandbox.office import OfficeClock
from deepday_sandbox.office.wire import WireLog


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: method, path with its query, the bearer's token (empty: none), the body, the answer's status."""

    method: str
    path: str
    token: str
    body: str
    status: int


class HeardWire(WireLog):
    """The wire log, and every exchange as it was."""

    def __init__(self, clock: OfficeClock) -> None:
        super().__init__(clock)
        self.asked: list[Asked] = []

    def write(
        self,
        vendor: str,
        request: tuple[str, str, dict[str, str], bytes],
        response: tuple[int, dict[str, str], bytes],
        at: float,
    ) -> None:
        method, path, headers, body = request
        given = {name.lower(): value for name, value in headers.items()}.get("authorization", "")
        token = given.removeprefix("Bearer ") if given.startswith("Bearer ") else ""
        self.asked.append(Asked(method, path, token, body.decode("utf-8", "replace"), response[0]))
        super().write(vendor, request, response, at)

    def taken(self) -> list[Asked]:
        """Return what was asked since the last call."""
        asked, self.asked = self.asked, []
        return asked
