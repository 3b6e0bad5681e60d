"""The same use cases, by themselves: a scheduler that wakes them, and what is told of them."""
