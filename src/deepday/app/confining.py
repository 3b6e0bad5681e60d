"""What a process that runs for long does against leaving secrets behind."""

import sys


def leave_no_core() -> None:
    """Let this process leave no image of its memory when it crashes: tokens are in it. On Windows nothing is done."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - POSIX only

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
