"""Connects to CalDAV servers."""
