"""The pages of the menu, in its order. A new one is a module here, a template, and a line in :data:`PAGES`."""

from deepday.web.pages import case, connections, plan, protect, settings, trial, urgent, week, working

PAGES = (
    week.PAGE,
    plan.PAGE,
    protect.PAGE,
    urgent.PAGE,
    trial.PAGE,
    case.PAGE,
    connections.PAGE,
    settings.PAGE,
)
WORKING = working.PAGE
"""What shows work that takes longer; it stands in no menu."""
