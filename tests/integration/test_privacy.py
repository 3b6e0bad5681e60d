"""What stays out of everything that deepday writes: texts, titles, names, tokens."""

from pathlib import Path

from deepday.connect.http import silence
from deepday.testing import listening
from deepday_sandbox.people import EVERYBODY, OWNER
from tests.integration.open_office import TEAM, open_office

LONG = 12  # characters; a shorter text may stand in a file by chance


def test_nothing_of_what_people_wrote_and_no_token_is_on_disk_or_in_a_log(tmp_path: Path) -> None:
    silence()  # the person's browser logs where it goes
    with open_office(tmp_path) as world, listening() as logged:
        world.connect_google()
        world.connect_microsoft()
        world.connect_slack()
        world.sync(TEAM)
        world.sync()
        texts = {post.text for post in world.office.chat.posts() if len(post.text) > LONG}
        calendars = world.office.calendars.of(OWNER.email)
        titles = {entry.title for calendar in calendars for entry in calendar.entries.values() if len(entry.title) > 4}
        tokens = set(world.office.tokens.all())
    written = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    said = "\n".join(logged).encode()
    names = {person.name for person in EVERYBODY if person is not OWNER}
    assert len(texts) > 500
    assert len(titles) > 10
    assert len(tokens) >= 5
    assert len(written) > 100_000
    for what in (texts, titles, tokens, names):
        assert [secret for secret in what if secret.encode() in written] == []
        assert [secret for secret in what if secret.encode() in said] == []
