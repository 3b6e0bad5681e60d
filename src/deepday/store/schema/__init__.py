"""The tables. Portable SQL; on SQLite they are STRICT, so that a column holds what it says.

Two kinds of source fill them: calendars (``event``) and chat activity (``conversation``, ``message``). A third kind is
a shadow: a calendar that is being read in full, and takes the place of the one before when it is whole. ``coverage``
keeps what was observed, so that "nothing there" and "not looked at" stay apart, ``skipped`` what could not be used,
``sync`` where the reading of a live source stopped. All of these hang on ``source`` and go with it. ``meta`` keeps what
belongs to the installation.

``sign_in`` is an account that somebody connected, ``token`` its tokens, sealed with a ``data_key``, which is wrapped
with a master key that is not here.

``block`` is what a person approved and ``override`` what they decided about it since; ``slot`` is a setting of an
account, with the baseline from before us while we own it, ``ledger`` every calendar event that we made, ``lease`` who
writes now, ``backoff`` which account is left in peace and until when. ``audit`` has a row for every change of these,
chained by hashes, and is only ever added to. ``decline_switch`` says whether a person's invitations are declined,
``decline`` has every answer. ``meeting`` has the talks that a person wants in their calendar.

``inbox`` is every urgent signal that came in, ``request`` what became of those that ask for something, ``request_text``
what they ask, sealed, ``outbox`` what is to be sent and whether it was, ``watermark`` how far histories were read.

Where many people share a PostgreSQL database, ``tenant`` says who there is and what is due for whom, ``quota`` how much
may still be asked of each vendor, ``fan_out`` which parts of a measurement of all are done, ``team_share`` what people
let their team see, ``team_release`` whose figures a published aggregate was made of.
``proposal`` is what an assistant would like to be changed; nothing happens before its person accepts it.

Instants are UTC seconds. Flags are 0 or 1: SQLite's STRICT tables know no boolean.
"""

from deepday.store.schema.accounts import data_key, sign_in, token
from deepday.store.schema.base import REVISION, alembic_version, metadata
from deepday.store.schema.case import case_entry
from deepday.store.schema.declines import decline, decline_switch
from deepday.store.schema.meetings import meeting
from deepday.store.schema.office import fan_out, office_metadata, quota, team_release, team_share, tenant
from deepday.store.schema.plans import plan_consent, plan_cover, plan_day
from deepday.store.schema.proposals import proposal
from deepday.store.schema.protection import audit, backoff, block, lease, ledger, override, slot
from deepday.store.schema.sources import conversation, coverage, event, message, meta, skipped, source, sync
from deepday.store.schema.trials import trial, trial_log
from deepday.store.schema.urgent import inbox, outbox, request, request_text, watermark

ALL = (metadata, office_metadata)

__all__ = [
    "ALL",
    "REVISION",
    "alembic_version",
    "audit",
    "backoff",
    "block",
    "case_entry",
    "conversation",
    "coverage",
    "data_key",
    "decline",
    "decline_switch",
    "event",
    "fan_out",
    "inbox",
    "lease",
    "ledger",
    "meeting",
    "message",
    "meta",
    "metadata",
    "office_metadata",
    "outbox",
    "override",
    "plan_consent",
    "plan_cover",
    "plan_day",
    "proposal",
    "quota",
    "request",
    "request_text",
    "sign_in",
    "skipped",
    "slot",
    "source",
    "sync",
    "team_release",
    "team_share",
    "tenant",
    "token",
    "trial",
    "trial_log",
    "watermark",
]
