"""The ports: small Protocols that a connector satisfies. Reads give values of :mod:`deepday.model`, never JSON.

A live account satisfies those that it can and says so (:meth:`Account.capabilities`). Every method of every port may
raise the errors of :mod:`deepday.errors`, and no others: ``ReconnectNeededError``, ``RetryLaterError`` (before a write
took effect), ``OutcomeUnknownError`` (a write may have taken effect), ``UnsupportedError``, ``FatalError``. Each
docstring adds what is its own.

For all of them: must not keep, log, or put into an error a token, a text, a title, or a person's name. Must not sleep
or retry a write by itself. Must not ask what time it is but by the clock that it was given.
"""

PORT_VERSION = 4
"""Raised when a port changes so that a connector must change as well. 1 knew exported files only, 3 brought
signing in, 4 titles of events that change."""
