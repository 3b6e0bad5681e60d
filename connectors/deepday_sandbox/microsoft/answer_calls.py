"""The handler for declining a meeting."""

from deepday.model import Response
from deepday_sandbox.microsoft import event_calls as events
from deepday_sandbox.microsoft.calls import Call
from deepday_sandbox.microsoft.errors import Answer, GraphError
from deepday_sandbox.office.answering import answered, with_answer


def decline(call: Call, text: str) -> Answer:
    """Decline a meeting, a whole series, or one occurrence: it leaves the calendar, and its organiser is mailed.

    There is no version to give with it.
    """
    call.require(events.WRITE, events.WRITE)
    call.refuse_query(())
    body = call.fields(("comment", "sendResponse", "proposedNewTime"), "decline")
    comment, send = body.get("comment"), body.get("sendResponse", True)
    if not (comment is None or isinstance(comment, str)) or not isinstance(send, bool):
        raise GraphError(400, "RequestBodyRead", "The value of a parameter has the wrong type.")
    if comment is not None and not send:
        raise GraphError(400, "ErrorInvalidRequest", "'SendResponse' must be true when 'Comment' is not null.")
    calendar, item = events.located(call, text)
    if not item.entry.organiser or item.entry.organiser == calendar.owner:
        message = "Your request can't be completed. You can't respond to this meeting because you're the organizer."
        raise GraphError(400, "ErrorInvalidRequest", message)
    entry = item.entry if item.original is None else events.exception(item)
    told = with_answer(entry, calendar.owner, Response.DECLINED, comment or "")
    answered(call.office.calendars, calendar, told, mailed=send)
    events.removed(call, calendar, item)
    return Answer(202)
