"""The revisions, in the order of their numbers. Published ones never change."""
