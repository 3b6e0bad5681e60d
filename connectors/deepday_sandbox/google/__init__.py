"""Google as the office shows it: Calendar v3, Gmail's automatic reply, and the sign-in that both need."""

from deepday_sandbox.google.face import GoogleFace
from deepday_sandbox.google.service import add_service_account
from deepday_sandbox.google.state import CLIENT_ID, CLIENT_SECRET, google

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "GoogleFace", "add_service_account", "google"]
