"""Connects to Slack."""
