"""Two digests within one second are two messages: what the second one shows is not lost."""

from pathlib import Path

from deepday.model import Door, RequestState
from tests.unit.urgent.desk import OWNER, Office


def test_who_adds_something_in_the_second_of_a_digest_keeps_nobody_else_out_of_the_next(tmp_path: Path) -> None:
    office = Office(tmp_path, block=0)
    first = office.ask(door=Door.DIRECT)
    assert office.again(first).state is RequestState.SHOWN
    more = office.signal("and one more thing", Door.DIRECT)
    other = office.signal("something else", Door.DIRECT, "U_DAN", "D_DAN")
    assert office.desk.receive(more, other) == [True, True]
    office.desk.step()
    assert office.found(other).state is RequestState.SHOWN
    digests = [post.text for post in office.posts(OWNER) if "/digest/" in post.key]
    assert any(office.found(other).id in text for text in digests)
