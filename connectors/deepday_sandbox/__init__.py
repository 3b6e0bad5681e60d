"""The sandbox: an invented machine-learning engineer with calendars and a Slack export, for demos and tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepday.connect import Sample, ServedOffice

__all__ = ["SandboxConnector"]


class SandboxConnector:
    """Makes believable data, and vendors to go with them.

    Satisfies :class:`deepday.connect.SampleWriter` and :class:`deepday.connect.OfficeServer`.
    """

    def write_sample(self, folder: Path, seed: int) -> Sample:
        """Write two calendars and a Slack export into ``folder``, and say how to measure them.

        The folder is made where it is missing; files of an earlier sample are overwritten. The same seed gives the
        same bytes. Raises :class:`OSError` when the folder cannot be written.
        """
        from deepday_sandbox.sample import write_sample  # noqa: PLC0415 - listing connectors loads no calendar library

        return write_sample(folder, seed)

    @contextmanager
    def serve_office(self, port: int, seed: int) -> Iterator[ServedOffice]:
        """Serve the office with Google, Microsoft 365 and Slack on loopback.

        Its clock goes on from the Monday after the sample's five weeks. Port 0 takes any that is free. Raises
        :class:`OSError` where the port is taken.
        """
        from deepday_sandbox.filling import filled_office  # noqa: PLC0415 - a sample needs no web server
        from deepday_sandbox.google import GoogleFace  # noqa: PLC0415
        from deepday_sandbox.life import Life  # noqa: PLC0415
        from deepday_sandbox.microsoft import App, MicrosoftFace  # noqa: PLC0415
        from deepday_sandbox.office.server import application, serving  # noqa: PLC0415
        from deepday_sandbox.slack import SlackFace  # noqa: PLC0415
        from deepday_sandbox.welcome import APPLICATION, Welcome, commands  # noqa: PLC0415

        office = filled_office(seed, running=True)
        microsoft, slack = MicrosoftFace(office), SlackFace(office)
        microsoft.state.register(App(APPLICATION))
        faces = (GoogleFace(office), microsoft, slack, Welcome())
        with serving(application(office, faces), port) as url:
            slack.base_url = url
            with slack.live():
                yield ServedOffice(url, office.clock.seconds(), Life(office, slack, url, seed), commands(url))
