"""deepday: measures what interruptions cost, and gives deep-work days back."""

__version__ = "0.1.0"
