"""Who outside gets the automatic reply: whoever would get the person's own. Real connectors over the sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deepday.connect import Account
from deepday.model import ApprovedBlock, Audience, AutoReply, Contact, SettingKind
from deepday.reconcile import Policy, Reconciler, connected
from deepday.store import open_store
from deepday.testing import keys_in_memory
from tests.connectors.google.google_office import CARA, OWNER, google_office
from tests.connectors.microsoft.microsoft_office import ADA, serve

START = datetime(2026, 3, 12, 9)  # noqa: DTZ001 - on the clocks of the block's zone
BLOCK = ApprovedBlock("b", ADA, START, START.replace(hour=11), "UTC", point_person=Contact("Grace", "@grace"))
NOW = START.replace(hour=8, tzinfo=UTC)


@dataclass
class Mailbox:
    """One mailbox, and a reconciler that answers there."""

    clock: Any
    reconciler: Reconciler
    account: Account

    def tick(self, seconds: int) -> None:
        self.clock.advance(seconds)
        report = self.reconciler.tick(ADA, [connected("vendor", "owner", self.account, [SettingKind.AUTO_REPLY])])
        assert (report.refused, report.unknown, report.read_only) == ((), (), "")

    @property
    def said(self) -> list[str]:
        return [row.after for row in self.reconciler.store.history(ADA)]


@contextmanager
def mailbox(path: Path, clock: Any, account: Account, audience: Audience | None = None) -> Iterator[Mailbox]:
    clock.turn(NOW)
    with open_store(path / "deepday.sqlite", clock) as store:
        protecting = store.protecting(keys_in_memory())
        protecting.approve([BLOCK], ADA)
        yield Mailbox(clock, Reconciler(protecting, clock, Policy("here", audience=audience), "one"), account)


@pytest.mark.parametrize("chosen", Audience)
def test_at_microsoft_the_persons_own_choice_stays_throughout(tmp_path: Path, chosen: Audience) -> None:
    with serve(NOW) as office, office.opened() as account:
        office.put_auto_reply(AutoReply(text="Away.", text_outside="Gone.", audience=chosen))
        with mailbox(tmp_path, office.clock, account) as there:
            there.tick(3601)
            during = dict(office.office.settings.reply(ADA).graph)
            there.tick(301)
            assert "the person's" not in there.said, "our own value was taken for the person's"
            there.tick(6900)
        after = office.office.settings.reply(ADA).graph
    assert (during["status"], during["externalAudience"]) == ("scheduled", chosen.value)
    assert "Grace" in during["internalReplyMessage"]
    assert "I am away from messages" in during["externalReplyMessage"]
    assert "Grace" not in during["externalReplyMessage"]
    assert (after["status"], after["externalAudience"]) == ("disabled", chosen.value)
    assert "Gone." in after["externalReplyMessage"]


def test_the_settings_may_name_an_audience(tmp_path: Path) -> None:
    with serve(NOW) as office, office.opened() as account:
        office.put_auto_reply(AutoReply(text="Away.", audience=Audience.ALL))
        with mailbox(tmp_path, office.clock, account, Audience.NONE) as there:
            there.tick(3601)
            assert office.office.settings.reply(ADA).graph["externalAudience"] == "none"
            there.tick(7200)
        assert office.office.settings.reply(ADA).graph["externalAudience"] == "all"


def test_who_changes_only_the_audience_meanwhile_keeps_that(tmp_path: Path) -> None:
    with serve(NOW) as office, office.opened() as account:
        office.put_auto_reply(AutoReply(text="Away.", audience=Audience.NONE))
        with mailbox(tmp_path, office.clock, account) as there:
            there.tick(3601)
            office.office.settings.reply(ADA).graph["externalAudience"] = "all"
            there.tick(301)
            there.tick(6900)
            assert "the person's" in there.said
        assert office.office.settings.reply(ADA).graph["externalAudience"] == "all"


@pytest.mark.parametrize(("restricted", "audience"), [(True, Audience.CONTACTS), (False, Audience.ALL)])
def test_a_private_gmail_account_answers_whom_it_answers_itself_and_names_nobody(
    tmp_path: Path, restricted: bool, audience: Audience
) -> None:
    with google_office() as world, world.account(CARA) as account:
        own = {"restrictToContacts": True} if restricted else {}
        world.office.settings.reply(CARA).google = dict(own)
        with mailbox(tmp_path, world.office.clock, account) as there:
            there.tick(3601)
            during = dict(world.office.settings.reply(CARA).google)
            assert account.read_auto_reply().audience is audience
            there.tick(301)
            there.tick(6900)
            assert "degraded" not in there.said
            assert "the person's" not in there.said
        assert world.office.settings.reply(CARA).google == own
    assert during["enableAutoReply"]
    assert during["responseBodyPlainText"].startswith("I am away from messages")


def test_gmail_in_an_organisation_answers_inside_and_says_who_covers(tmp_path: Path) -> None:
    with google_office() as world, world.account() as account:
        with mailbox(tmp_path, world.office.clock, account) as there:
            there.tick(3601)
        during = world.office.settings.reply(OWNER).google
    assert during["restrictToDomain"]
    assert "Grace" in during["responseBodyPlainText"]
