"""From events and messages to figures: pure, values in and values out, no clock and no I/O."""
