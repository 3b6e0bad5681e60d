"""The trial: randomised deep-work days, one outcome fixed before the start, and what may be said at its end."""
