"""Reads iCalendar text (RFC 5545) into calendar events, whatever is wrong with any part of it."""
