"""The whole of it on a generated sample: no account, no files of one's own."""

import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from deepday.app.person import build_parameters, build_person, find_zone, public_holidays
from deepday.app.request import Request
from deepday.app.sources import context_for, read_files, reading_window
from deepday.config.load import toml_value
from deepday.config.settings import Settings
from deepday.connect import Progress, Sample, SampleWriter, load
from deepday.errors import DeepdayError
from deepday.measure.measuring import measure
from deepday.measure.result import Measurement
from deepday.model import Trip


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The sample on disk, what it measures to, and the command that measures it again."""

    sample: Sample
    measurement: Measurement
    command: str


def demonstrate(folder: Path, seed: int, progress: Progress) -> Demonstration:
    """Write the sample into the folder and measure it with the default assumptions.

    The owner's settings and store are neither read nor written.
    """
    writer = load("sandbox")
    if not isinstance(writer, SampleWriter):
        raise DeepdayError("The connector 'sandbox' makes no sample.", "Reinstall deepday.")
    sample = writer.write_sample(folder, seed)
    request = Request(
        calendars=tuple(map(str, sample.calendars)),
        slack_export=sample.slack_export,
        me=sample.email,
        zone=sample.zone,
        hours=sample.hours,
        holidays=sample.holidays,
        keep_titles=True,
    )
    settings = Settings()
    person = replace(
        build_person(request, settings),
        trips=tuple(Trip(first, last, find_zone(zone)) for first, last, zone in sample.trips),
        holidays=public_holidays(sample.holidays, {sample.first.year, sample.last.year}),
    )
    context = context_for(person, reading_window(person, sample.first, sample.last), progress, keep_titles=True)
    found = read_files(
        request.calendars, request.slack_export, context, person, person.window(sample.first, sample.last)
    )
    measurement = measure(person, sample.first, sample.last, found.seen, build_parameters(request, settings))
    settings_file = folder / "deepday.toml"
    settings_file.write_text(_settings(sample), encoding="utf-8")
    files = [*(f"--calendar={path}" for path in sample.calendars), f"--slack-export={sample.slack_export}"]
    period = [f"--from={sample.first}", f"--to={sample.last}"]
    command = f"DEEPDAY_CONFIG={shlex.quote(str(settings_file))} {shlex.join(['deepday', 'measure', *files, *period])}"
    return Demonstration(sample, replace(measurement, notes=found.notes), command)


def _settings(sample: Sample) -> str:
    me = {"email": sample.email, "zone": sample.zone, "hours": sample.hours, "holidays": sample.holidays}
    lines = ["[me]", *(f"{key} = {toml_value(value)}" for key, value in me.items())]
    for first, last, zone in sample.trips:
        lines += ["", "[[trips]]", f"first = {first}", f"last = {last}", f"zone = {toml_value(zone)}"]
    return "\n".join([*lines, "", "[privacy]", "keep_titles = true", ""])
