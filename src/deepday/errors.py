"""Every error that deepday raises on purpose, by what to do about it.

::

    DeepdayError                exit 1   it did not succeed
    ├── InputError              exit 2   what was given is wrong: correct it and run again
    └── NotEnoughDataError      exit 3   nothing is wrong, but there is nothing to work on

The command line prints ``what`` on one line and ``advice`` on the next, and leaves with ``exit_code``.
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
