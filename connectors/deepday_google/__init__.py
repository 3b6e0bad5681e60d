"""Connects to Google Calendar and Gmail."""
