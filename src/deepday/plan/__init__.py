"""Which days become deep-work days: values in, a plan with its reasons out. Pure: no clock, no I/O."""
