"""``deepday serve`` that lives by a clock which another process turns: ``python -m tests.soak.turned FILE``.

The file holds the seconds by which the time differs from this machine's, as eight bytes. Beats come every few seconds,
so that an hour holds as many of them as five.
"""

import mmap
import os
import struct
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import deepday.clock

NUMBER = struct.Struct("<d")
BEAT = 3
"""Seconds between two beats."""


def main() -> None:
    """Run the service, with the options after the file's name."""
    file = Path(sys.argv.pop(1))
    with file.open("rb") as opened:
        shared = mmap.mmap(opened.fileno(), NUMBER.size, access=mmap.ACCESS_READ)
    real = deepday.clock.SystemClock

    class Turned(real):  # type: ignore[misc, valid-type]
        """The machine's clock, or the turned one where no offset is asked for."""

        def __init__(self, offset: float | None = None) -> None:
            super().__init__(0 if offset is None else offset)
            self._turned = offset is None

        def now(self) -> datetime:
            """Return the present instant."""
            ahead = NUMBER.unpack(shared[: NUMBER.size])[0] if self._turned else 0.0
            return datetime.now(UTC) + timedelta(seconds=ahead) if self._turned else super().now()

    deepday.clock.SystemClock = Turned  # type: ignore[misc]
    from deepday.cli.main import main as command  # noqa: PLC0415 - after the clock was changed
    from deepday.jobs import serving  # noqa: PLC0415 - same

    serving.EVERY = BEAT
    sys.argv[0] = "deepday"
    os.environ.pop(deepday.clock.OFFSET, None)
    command()


if __name__ == "__main__":
    main()
