"""Routing urgent requests. Pure: values in, values out, no I/O, no clock.

``rules`` says what a signal is taken for, ``chain`` who answers for it, ``machine`` what happens next to a request,
``messages`` which words and buttons people see, ``digest`` when what can wait is shown, ``ledger`` what it all comes
to: response times, load, overrides. ``handover`` is the note for the day before.
"""
