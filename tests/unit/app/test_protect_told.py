"""What protection tells: status, texts, history."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deepday.app.accounts import remove
from deepday.app.protect_actions import diff
from deepday.app.protect_deciding import restore_all
from deepday.app.protect_past import history, verify
from deepday.app.protect_status import status
from deepday.app.protect_texts import texts
from deepday.app.storing import erase_store
from deepday.config.paths import data_folder
from deepday.connect import Capabilities, Port, no_progress
from deepday.connect.memory import MemoryAccount
from deepday.errors import InputError, OutcomeUnknownError
from deepday.model import Audience
from deepday.report.history_view import text_lines
from deepday.store.database import Database
from tests.unit.app.protected import OWN, TODAY, TOMORROW, accept, applied, office_of, ours, settings
from tests.unit.app.stranger import ME, World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with office_of(tmp_path, monkeypatch) as made:
        yield made


def test_texts_that_cannot_be_read_are_named_with_the_file(world: World) -> None:
    settings('\n[texts]\nstatus = "until {{ noon }}"\n')
    with pytest.raises(InputError, match=r"deepday.toml: \[texts\]: .*'noon'"):
        diff(world.clock)


def test_texts_are_shown_as_they_will_read(world: World) -> None:
    settings('\n[texts]\nstatus = "' + "Deep work " * 10 + 'until {{ until }}"\nsubject = "Back at {{ until }}"\n')
    accept(world, TODAY, cover="grace@example.org")
    english, german = texts(None, world.clock)
    rows = {row.name: row for row in english.texts}
    assert (english.language, german.language, english.example) == ("en", "de", False)
    assert rows["status"].text == ":headphones: Deep work until 17:00"
    assert rows["status"].problem.startswith("The short form: the long one has 111")
    assert "reply, subject" not in rows, "this account's replies have none"
    assert "grace covers for me (grace@example.org)" in rows["reply, inside"].text
    assert "grace" not in rows["reply, outside"].text
    assert "dringend: grace" in german.texts[0].text
    with pytest.raises(InputError, match="'fr'"):
        texts("fr", world.clock)


@pytest.mark.parametrize(
    ("ports", "reply_to", "shown"),
    [
        ({Port.STATUS_WRITER, Port.DO_NOT_DISTURB_WRITER}, (), ["status"]),
        ({Port.EVENT_WRITER}, (), ["title"]),
        ({Port.EVENT_WRITER, Port.AUTO_REPLY_WRITER}, (), ["title", "reply, inside", "reply, outside"]),
        ({Port.EVENT_WRITER, Port.AUTO_REPLY_WRITER}, tuple(Audience), ["title", "reply, subject", "reply, inside"]),
        ({Port.AUTO_REPLY_WRITER}, (Audience.CONTACTS, Audience.ALL), ["reply, subject", "reply"]),
    ],
)
def test_only_those_texts_are_shown_that_an_account_will_show(
    world: World, monkeypatch: pytest.MonkeyPatch, ports: set[Port], reply_to: tuple[Audience, ...], shown: list[str]
) -> None:
    able = Capabilities(frozenset(ports), reply_to=frozenset(reply_to))
    monkeypatch.setattr(MemoryAccount, "capabilities", lambda _: able)
    [english] = texts("en", world.clock)
    assert [row.name for row in english.texts] == shown
    assert {row.account for row in english.texts} == {f"stranger {ME}"}
    named = [row.name for row in english.texts if "Grace" in row.text]
    assert not {"reply", "reply, outside"} & set(named)
    assert f"\nstranger {ME}\n" in "\n".join(text_lines("en", english.about, english.texts))


def test_without_an_account_that_may_show_anything_all_texts_are_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryAccount, "capabilities", lambda _: Capabilities(frozenset()))
    assert len(texts("en", world.clock)[0].texts) == 6


def test_history_says_who_and_why_and_an_edited_row_is_found(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    found = history(0, world.clock)
    assert (found.rows[0].actor, found.rows[0].after) == (ME, "approved")
    assert {row.actor for row in found.rows[1:]} == {"deepday"}
    last = history(2, world.clock)
    assert (len(last.rows), last.earlier) == (2, len(found.rows) - 2)
    assert (verify(world.clock).rows, verify(world.clock).broken) == (len(found.rows), 0)
    database = Database(data_folder() / "deepday.sqlite", world.clock)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE audit SET why = 'nothing' WHERE seq = 3")
    database.close()
    assert verify(world.clock).broken == 3


def test_status_tells_what_is_on_and_what_was_there_before(world: World) -> None:
    assert status(world.clock).notes[0].startswith("No deep-work day is accepted")
    accept(world, TODAY, TOMORROW)
    assert status(world.clock).notes[0].startswith("Accepted, and not protected yet: 2026-03-10, 2026-03-11.")
    applied(world)
    found = status(world.clock)
    assert [when.seconds for _, when in (*found.active, *found.ahead)] == [8 * 3600] * 2
    line = next(one for one in found.slots if one.what == "status")
    assert (line.before, line.phase) == (OWN, "owned")
    assert (found.events, found.trouble) == (2, ())


def test_status_tells_of_trouble_and_what_to_do(world: World) -> None:
    accept(world, TOMORROW)
    applied(world)
    accept(world, TODAY)

    def lost(call: str, moment: str) -> None:
        if (call, moment) == ("create_event", "after"):
            raise OutcomeUnknownError("The office did not answer.")

    world.office().fault = lost
    done = applied(world)
    assert done.left
    found = status(world.clock).trouble
    assert any("left in peace until" in what for what, _ in found)
    assert any("what became of an event is not known" in what for what, _ in found)
    assert all(advice for _, advice in found)


@pytest.mark.parametrize("forget", [lambda: remove("stranger"), lambda: erase_store(None)])
def test_what_is_still_out_there_is_not_forgotten_by_mistake(world: World, forget: Callable[[], object]) -> None:
    accept(world, TODAY, TOMORROW)
    applied(world)
    with pytest.raises(InputError) as told:
        forget()
    assert f"stranger {ME}: 2 events, 1 " in told.value.what
    assert "1 status" in told.value.what
    assert "deepday restore --all" in told.value.advice
    assert "--anyway" in told.value.advice
    assert world.office().status != OWN
    world.clock.turn(120)
    restore_all(lambda *_: True, no_progress, world.clock, world.wait)
    forget()
    assert world.office().status == OWN
    assert ours(world.office()) == []


def test_what_is_still_out_there_may_be_left_there_knowingly(world: World) -> None:
    accept(world, TOMORROW)
    applied(world)
    assert remove("stranger", clock=world.clock, anyway=True).account == ME
    assert erase_store(None, anyway=True)


def test_what_is_ours_in_a_removed_account_is_not_forgotten(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    remove("stranger", clock=world.clock, anyway=True)
    [(what, advice), *_] = status(world.clock).trouble
    assert "not connected any more" in what
    assert "restore --all" in advice


def test_an_account_that_must_sign_in_again_is_named_and_the_exit_says_so(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    world.refused.add(ME)
    assert diff(world.clock).reconnect
    found = status(world.clock)
    assert found.reconnect
    assert "deepday connect stranger" in found.trouble[0][1]


def test_status_says_that_this_machines_clock_is_wrong_until_it_is_right(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(world, TODAY)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryAccount, "clock_skew", lambda _: 600.0)
        assert applied(world).done == ()
    [(what, advice)] = status(world.clock).trouble
    assert what.startswith("This machine's clock is 600 seconds behind that of stranger:")
    assert "Set it right" in advice
    world.clock.turn(61)
    assert applied(world).done
    assert status(world.clock).trouble == ()
