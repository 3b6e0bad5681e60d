"""``python -m deepday`` is the same as the ``deepday`` command."""

from deepday.cli.main import main

main()
