"""The office in memory with the hands that the contract suites ask for."""

from collections.abc import Mapping
from typing import TypeVar

from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.model import AutoReply, DoNotDisturb, Presence, Setting, Status
from deepday.testing import TurnedClock

ValueT = TypeVar("ValueT", bound=Setting)


class Office(MemoryOffice):
    def __init__(self, page_size: int = 3) -> None:
        self.turned = TurnedClock()
        super().__init__(self.turned, page_size)

    def pass_time(self, seconds: int) -> None:
        self.turned.turn(seconds)

    def put_status(self, value: Status) -> None:
        self.status = value

    def shown_status(self) -> Status:
        return self._shown(self.status, Status())

    def put_do_not_disturb(self, value: DoNotDisturb) -> None:
        self.do_not_disturb = value

    def shown_do_not_disturb(self) -> DoNotDisturb:
        return self._shown(self.do_not_disturb, DoNotDisturb())

    def put_auto_reply(self, value: AutoReply) -> None:
        self.auto_reply = value

    def shown_auto_reply(self) -> AutoReply:
        return self._shown(self.auto_reply, AutoReply())

    def put_presence(self, value: Presence) -> None:
        self.presence = value

    def shown_presence(self) -> Presence:
        return self._shown(self.presence, Presence())

    def receiver(self) -> str:
        return "Grace"

    def forged(self, headers: Mapping[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        return {**headers, "X-Secret": "guessed"}, body

    def _shown(self, value: ValueT, empty: ValueT) -> ValueT:
        return empty if value.over(self.now()) else value


def office_and_account(
    account: type[MemoryAccount] = MemoryAccount, page_size: int = 3
) -> tuple[MemoryAccount, Office]:
    office = Office(page_size)
    return account(office), office
