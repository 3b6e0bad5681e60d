"""Connects to Microsoft 365."""
