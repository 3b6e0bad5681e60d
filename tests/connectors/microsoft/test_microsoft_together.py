"""Several settings with one request: each part has its own answer."""

from deepday.connect import Restoration, Restored, SettingsBatcher
from deepday.errors import DeepdayError, OutcomeUnknownError, ReconnectNeededError, RetryLaterError
from deepday.model import EMPTY, AnySetting, AutoReply, Availability, Presence, SettingKind, Status
from deepday_sandbox.office.faults import Fault, FaultKind
from tests.connectors.microsoft.microsoft_office import SCOPES, MicrosoftOffice, serve

HOUR = 3600


def ours(office: MicrosoftOffice) -> dict[SettingKind, AutoReply | Presence | Status]:
    until = office.now() + HOUR
    return {
        SettingKind.AUTO_REPLY: AutoReply(True, "In deep work.", "Away.", "", office.now(), until),
        SettingKind.PRESENCE: Presence(Availability.DO_NOT_DISTURB, until),
        SettingKind.STATUS: Status("Deep work", ":headphones:", until),
    }


def test_all_are_set_and_read_with_one_request_each() -> None:
    with serve() as office, office.opened() as account:
        assert isinstance(account, SettingsBatcher)
        wanted = ours(office)
        office.sent()
        settled = account.set_settings(wanted)
        read = account.read_settings(tuple(wanted))
        assert office.sent() == [("POST", "/v1.0/$batch")] * 2
        assert dict(settled) == dict(read)
        assert read[SettingKind.STATUS] == account.read_status() == wanted[SettingKind.STATUS]
        assert read[SettingKind.PRESENCE] == account.read_presence() == wanted[SettingKind.PRESENCE]
        assert read[SettingKind.AUTO_REPLY] == account.read_auto_reply()
        assert office.shown_auto_reply().enabled


def test_a_part_that_is_refused_says_nothing_of_the_others() -> None:
    with serve() as office, office.opened(SCOPES - {"MailboxSettings.ReadWrite"}) as account:
        wanted = ours(office)
        for found in (account.set_settings(wanted), account.read_settings(tuple(wanted))):
            assert isinstance(found[SettingKind.AUTO_REPLY], ReconnectNeededError)
            assert found[SettingKind.PRESENCE] == wanted[SettingKind.PRESENCE]
            assert found[SettingKind.STATUS] == wanted[SettingKind.STATUS]
        assert not office.shown_auto_reply().enabled


def test_all_are_restored_with_one_request_to_look_and_one_to_write() -> None:
    with serve() as office, office.opened() as account:
        assert isinstance(account, SettingsBatcher)
        wanted = ours(office)
        before = dict(account.read_settings(tuple(wanted)))
        settled = account.set_settings(wanted)
        office.sent()
        past = {kind: ((value, taken(settled[kind])), taken(before[kind])) for kind, value in wanted.items()}
        found = account.restore_settings(past)
        assert office.sent() == [("POST", "/v1.0/$batch")] * 2
        assert found == {kind: Restored(Restoration.RESTORED, taken(before[kind])) for kind in wanted}
        again = account.restore_settings(past)
        assert {one.done for one in again.values() if isinstance(one, Restored)} == {Restoration.ALREADY}
        assert office.sent() == [("POST", "/v1.0/$batch")]  # nothing was written
        assert dict(account.read_settings(tuple(wanted))) == before


def test_what_a_person_changed_stays_while_the_others_are_restored() -> None:
    with serve() as office, office.opened() as account:
        assert isinstance(account, SettingsBatcher)
        wanted = ours(office)
        account.set_settings(wanted)
        office.put_status(Status("Lunch", "", office.now() + HOUR))
        past = {kind: ((value,), EMPTY[kind]) for kind, value in wanted.items()}
        found = account.restore_settings(past)
        done = {kind: one.done for kind, one in found.items() if isinstance(one, Restored)}
        assert done.pop(SettingKind.STATUS) is Restoration.KEPT
        assert set(done.values()) == {Restoration.RESTORED}
        assert office.shown_status().text == "Lunch"
        assert not office.shown_auto_reply().enabled


def test_a_restore_of_which_the_write_is_refused_says_so_of_that_part_alone() -> None:
    with serve() as office, office.opened() as account:
        assert isinstance(account, SettingsBatcher)
        wanted = ours(office)
        account.set_settings(wanted)
        office.office.faults.add(Fault(FaultKind.STATUS, "mailboxSettings$", "PATCH", status=503))
        found = account.restore_settings({kind: ((value,), EMPTY[kind]) for kind, value in wanted.items()})
        assert isinstance(found[SettingKind.AUTO_REPLY], RetryLaterError)
        assert found[SettingKind.STATUS] == Restored(Restoration.RESTORED, Status())
        assert found[SettingKind.PRESENCE] == Restored(Restoration.RESTORED, Presence())
        assert office.shown_auto_reply().enabled


def test_a_restore_of_which_the_write_is_lost_knows_what_needed_none() -> None:
    with serve() as office, office.opened() as account:
        assert isinstance(account, SettingsBatcher)
        wanted = ours(office)
        account.set_settings(wanted)
        office.put_status(Status("Lunch", "", office.now() + HOUR))
        office.office.faults.add(Fault(FaultKind.RESET_AFTER, "batch", "POST", skip=1))
        found = account.restore_settings({kind: ((value,), EMPTY[kind]) for kind, value in wanted.items()})
        assert isinstance(found[SettingKind.AUTO_REPLY], OutcomeUnknownError)
        assert isinstance(found[SettingKind.PRESENCE], OutcomeUnknownError)
        status = found[SettingKind.STATUS]
        assert isinstance(status, Restored)
        assert status.done is Restoration.KEPT


def taken(value: AnySetting | DeepdayError) -> AnySetting:
    """Return the value; an error fails the test."""
    assert not isinstance(value, DeepdayError)
    return value
