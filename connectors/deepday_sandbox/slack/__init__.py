"""The office as Slack shows it: Web API, OAuth, Events API, Socket Mode, interactivity."""

from deepday_sandbox.slack.face import Installed, SlackFace
from deepday_sandbox.slack.interactivity import Reply
from deepday_sandbox.slack.workspace import App, Attempt, Mishaps, Workspace, workspace

__all__ = ["App", "Attempt", "Installed", "Mishaps", "Reply", "SlackFace", "Workspace", "workspace"]
