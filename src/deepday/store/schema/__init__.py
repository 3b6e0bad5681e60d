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
``decline`` has every answer.

``inbox`` is every urgent signal that came in, ``request`` what became of those that ask for something, ``request_text``
what they ask, sealed, ``outbox`` what is to be sent and whether it was, ``watermark`` how far histories were read.

``proposal`` is what an assistant would like to be changed; nothing happens before its person accepts it.

Instants are UTC seconds. Flags are 0 or 1: SQLite's STRICT tables know no boolean.
"""

from deepday.store.schema.accounts import data_key, sign_in, token
from deepday.store.schema.base import REVISION, alembic_version, metadata
from deepday.store.schema.case import case_entry
from deepday.store.schema.declines import decline, decline_switch
from deepday.store.schema.plans import plan_consent, plan_cover, plan_day
from deepday.store.schema.proposals import proposal
from deepday.store.schema.protection import audit, backoff, block, lease, ledger, override, slot
from deepday.store.schema.sources import conversation, coverage, event, message, meta, skipped, source, sync
from deepday.store.schema.trials import trial, trial_log
from deepday.store.schema.urgent import inbox, outbox, request, request_text, watermark

__all__ = [
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
    "inbox",
    "lease",
    "ledger",
    "message",
    "meta",
    "metadata",
    "outbox",
    "override",
    "plan_consent",
    "plan_cover",
    "plan_day",
    "proposal",
    "request",
    "request_text",
    "sign_in",
    "skipped",
    "slot",
    "source",
    "sync",
    "token",
    "trial",
    "trial_log",
    "watermark",
]
