"""The faces of one measurement: terminal, HTML, JSON, CSV. They show the same numbers and compute none of their own."""
