"""The owner and the assumptions, from what was typed and what the settings say."""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from deepday.app.request import Request
from deepday.config.paths import config_file
from deepday.config.settings import Settings
from deepday.errors import InputError
from deepday.measure.parameters import MINUTE, PRESETS, Parameters, ResumptionLag
from deepday.model import Person, Trip, WeeklyHours


def build_person(request: Request, settings: Settings) -> Person:
    """Return the owner without days off. Raises :class:`InputError` for an unknown zone or a missing address."""
    email = request.me if request.me is not None else settings.me.email
    if not email:
        raise InputError(
            "Whose week is it? No e-mail address is given.",
            f"Add --me you@example.com, or set email under [me] in {config_file()}.",
        )
    if email.count("@") != 1 or not all(email.split("@")):
        raise InputError(f"{email!r} is no e-mail address.", "Give the address that the calendar knows you by.")
    return Person(
        email=email,
        zone=find_zone(request.zone if request.zone is not None else settings.me.zone),
        hours=WeeklyHours.parse(request.hours if request.hours is not None else settings.me.hours),
        slack_user=request.slack_user or settings.me.slack_user,
        trips=tuple(Trip(trip.first, trip.last, find_zone(trip.zone)) for trip in settings.trips),
    )


def find_zone(name: str | None) -> ZoneInfo:
    """Return the IANA zone of that name. Raises :class:`InputError` for a name that is unknown or missing."""
    if not name:
        raise InputError(
            "In which time zone? None is given.",
            f"Add --zone Europe/Berlin, or set zone under [me] in {config_file()}.",
        )
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # OSError: the name of a folder of the zone database, or a path.
        raise InputError(
            f"There is no time zone {name!r}.", "Use an IANA name such as Europe/Berlin or America/New_York."
        ) from None


def with_days_off(person: Person, request: Request, settings: Settings, first: date, last: date) -> Person:
    """Return the owner with the public holidays and own days off of the years in question."""
    code = request.holidays if request.holidays is not None else settings.me.holidays
    days = {} if code.lower() == "none" else public_holidays(code, range(first.year, last.year + 1))
    days.update({own.date: own.name for own in settings.me.own_holidays})
    return replace(person, holidays=days)


def public_holidays(code: str, years: Iterable[int]) -> dict[date, str]:
    """Return the public holidays of a country (``DE``) or part of it (``DE-BE``), in English where there is one.

    Raises :class:`InputError` for an unknown code.
    """
    import holidays  # noqa: PLC0415 - 200 countries; needed only where days off are wanted

    country, _, subdivision = code.upper().partition("-")
    try:
        languages = holidays.list_localized_countries().get(country, [])
        english = "en_US" if "en_US" in languages else None
        found = holidays.country_holidays(country, subdivision or None, years=years, language=english)
    except (NotImplementedError, AttributeError):
        raise InputError(
            f"There is no holiday calendar {code!r}.",
            "Use a country code such as DE, with a part such as DE-BE, or none.",
        ) from None
    return dict(found.items())


def build_parameters(request: Request, settings: Settings) -> Parameters:
    """Return the assumptions. Raises :class:`InputError` for a preset or a number that cannot be."""
    measure = settings.measure
    name = request.preset if request.preset is not None else measure.preset
    if name not in PRESETS:
        raise InputError(f"There is no preset {name!r}.", f"Choose one of {', '.join(sorted(PRESETS))}.")
    gap = request.burst_gap if request.burst_gap is not None else measure.burst_gap
    if not math.isfinite(gap):
        raise InputError(f"A burst gap of {gap} is no number of minutes.", "Give 1 to 60 minutes; 5 is usual.")
    usual = Parameters()
    rate = request.hourly_rate if request.hourly_rate is not None else measure.hourly_rate
    return Parameters(
        lag=ResumptionLag.parse(
            request.resumption_lag if request.resumption_lag is not None else measure.resumption_lag
        ),
        burst_gap=round(gap * MINUTE),
        answer_limit=round(measure.answer_limit * MINUTE),
        notice=measure.notice,
        # A share that somebody has set is taken as known.
        notice_range=usual.notice_range if measure.notice == usual.notice else (measure.notice, measure.notice),
        preset=PRESETS[name],
        count_tentative=request.count_tentative or measure.count_tentative,
        hourly_rate=rate,
        currency=measure.currency,
    )
