"""The sandbox: an invented machine-learning engineer with calendars and a Slack export, for demos and tests."""

from pathlib import Path

from deepday.connect import Sample

__all__ = ["SandboxConnector"]


class SandboxConnector:
    """Makes believable data; satisfies :class:`deepday.connect.SampleWriter`."""

    def write_sample(self, folder: Path, seed: int) -> Sample:
        """Write two calendars and a Slack export into ``folder``, and say how to measure them.

        The folder is made where it is missing; files of an earlier sample are overwritten. The same seed gives the
        same bytes. Raises :class:`OSError` when the folder cannot be written.
        """
        from deepday_sandbox.sample import write_sample  # noqa: PLC0415 - listing connectors loads no calendar library

        return write_sample(folder, seed)
