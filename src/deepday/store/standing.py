"""Whether an idle connection to a server still stands, without asking the server."""

import select


def has_news(socket: int) -> bool:
    """Tell whether there is something to read on a connection that waits for nothing: usually that it was closed.

    Where that cannot be seen, as on Windows, say so, and let the server be asked.
    """
    if not hasattr(select, "poll"):
        return True
    look = select.poll()
    look.register(socket, select.POLLIN | select.POLLPRI)
    return bool(look.poll(0))
