"""Every error that deepday raises on purpose, by what to do about it.

::

    DeepdayError                exit 1   it did not succeed
    ├── InputError              exit 2   what was given is wrong: correct it and run again
    ├── NotEnoughDataError      exit 3   nothing is wrong, but there is nothing to work on
    ├── ReconnectNeededError    exit 4   the account refuses us: its owner must sign in again; do not retry
    ├── RetryLaterError         exit 1   it may work later: wait ``after`` seconds, then do the same again
    │   └── OutcomeUnknownError exit 1   it may have been done: look first, then do again what is missing
    ├── ConflictError           exit 1   somebody changed it meanwhile: read again, decide again
    ├── GoneError               exit 1   it is no longer there: forget it; do not make it again
    │   └── CursorGoneError     exit 1   the cursor is dead: read everything again, then swap
    ├── UnsupportedError        exit 1   this account cannot do that: do without, and say so
    └── FatalError              exit 1   a fault of ours or of the service: do not repeat it, report it

Services' own answers are translated into these once, where they are received. The command line prints ``what`` on one
line and ``advice`` on the next, and leaves with ``exit_code``. Neither holds a token, an address with a secret in it,
or the text of a message.
"""

from typing import ClassVar


class DeepdayError(Exception):
    """It did not succeed.

    ``what`` says in one sentence what happened and where (file, line or field); ``advice`` says what to do next.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice


class InputError(DeepdayError):
    """What was given (an option, a file, a setting) is wrong; the user can correct it."""

    exit_code = 2


class NotEnoughDataError(DeepdayError):
    """Nothing is wrong, but there is nothing to do or too little data to say anything."""

    exit_code = 3


class ReconnectNeededError(DeepdayError):
    """The account refuses us: the grant was withdrawn or expired, or a scope is missing.

    Do not call again before the owner has signed in again; tell the owner once.
    """

    exit_code = 4


class RetryLaterError(DeepdayError):
    """Nothing was done, and it may work later: too many calls, a server that is down, no connection.

    Do the same again after ``after`` seconds; ``None`` when the service does not say (then back off).
    """

    def __init__(self, what: str, advice: str = "", *, after: float | None = None) -> None:
        super().__init__(what, advice)
        self.after = after


class OutcomeUnknownError(RetryLaterError):
    """The answer to a write was lost: it may have been done.

    Look whether it was (find it by our key, read the value back) before doing it again with the same key.
    """


class ConflictError(DeepdayError):
    """What we wanted to change is not what we last saw, or not ours.

    Read it again and decide again; never write over it.
    """


class GoneError(DeepdayError):
    """What we wanted to change is no longer there, and somebody may have meant that.

    Forget it; do not make it again.
    """


class CursorGoneError(GoneError):
    """The service no longer knows the cursor.

    Throw the cursor away, read everything again without one, and only then replace what was known.
    """


class UnsupportedError(DeepdayError):
    """This account, or this vendor, cannot do what was asked; trying again will not change that.

    Do without, or do the next best thing, and tell the owner so in words.
    """


class FatalError(DeepdayError):
    """The service refused our request as wrong, or answered what makes no sense.

    Do not repeat it: it is a fault of deepday's or of the service; report it.
    """
