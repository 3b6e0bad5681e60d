"""The office as Microsoft shows it: Graph v1.0 and Entra's OAuth.

Wire formats only, over the shared state of :mod:`deepday_sandbox.office`; what Graph refuses is refused here, with
Graph's status and code. No other vendor's face and no real connector is imported.
"""

from deepday_sandbox.microsoft.face import MicrosoftFace
from deepday_sandbox.microsoft.state import App, GraphState, Pushes, Subscription, Throttle

__all__ = ["App", "GraphState", "MicrosoftFace", "Pushes", "Subscription", "Throttle"]
