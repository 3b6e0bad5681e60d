"""Several settings with one request: each part has its own answer."""

from deepday.connect import SettingsBatcher
from deepday.errors import ReconnectNeededError
from deepday.model import AutoReply, Availability, Presence, SettingKind, Status
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
        before = len(office.sent())
        settled = account.set_settings(wanted)
        read = account.read_settings(tuple(wanted))
        assert [path.rpartition("/")[2] for _, path in office.sent()[before:]] == ["$batch", "$batch"]
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
