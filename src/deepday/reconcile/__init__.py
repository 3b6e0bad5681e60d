"""Reconciling: what should be true against what is, for the days that a person approved.

``desired`` is what should be, ``observed`` what a vendor says, ``events`` and ``slots`` compare the two with what the
store knows and give changes, ``guard`` refuses on doubt, ``apply`` commits an intent, calls, commits the outcome.
``tick`` is one round for one person, ``devices`` sees to it that one device does it. Not light to
import: import it where it is used.
"""

from deepday.reconcile.accounts import ConnectedAccount, connected
from deepday.reconcile.changes import Action, Change, EventChange, SettingChange
from deepday.reconcile.desired import Policy
from deepday.reconcile.texts import LANGUAGES, PLACEHOLDERS, Texts
from deepday.reconcile.tick import Reconciler, Report
from deepday.reconcile.words import Preview, Words, words_in

__all__ = [
    "LANGUAGES",
    "PLACEHOLDERS",
    "Action",
    "Change",
    "ConnectedAccount",
    "EventChange",
    "Policy",
    "Preview",
    "Reconciler",
    "Report",
    "SettingChange",
    "Texts",
    "Words",
    "connected",
    "words_in",
]
