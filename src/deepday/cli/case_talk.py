"""``deepday case meeting``, ``check-in`` and ``mail``: before the talk, after it, and some weeks later."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepday.cli import options, show
from deepday.cli.case_options import AgreementFile, Language, Names, Situation, Templates, To, made_of
from deepday.cli.case_shown import say_findings
from deepday.cli.mailing import preview, send_after_question

if TYPE_CHECKING:
    from deepday.app.case_meeting import Meeting

Minutes = Annotated[int, typer.Option("--minutes", metavar="MIN", help="How long it takes.")]
Slot = Annotated[int, typer.Option("--slot", metavar="N", help="Which of the times found; by default the first.")]
Others = Annotated[
    list[str] | None,
    typer.Option(
        "--with-calendar", metavar="FILE", help="The other person's calendar; only times are used. Repeatable."
    ),
]
OthersHours = Annotated[
    str | None, typer.Option("--with-hours", metavar="HOURS", help="Their working hours; by default yours.")
]
OthersZone = Annotated[str | None, typer.Option("--with-zone", help="Their time zone; by default yours.")]
Invite = Annotated[str, typer.Option("--invite", metavar="EMAIL", help="Make the file an invitation to them.")]
Title = Annotated[str, typer.Option("--title", help="Another title.")]
ToCalendar = Annotated[
    bool, typer.Option("--to-calendar", help="Put it among the changes to your own calendar; it invites nobody.")
]
Ics = Annotated[Path | None, typer.Option("--ics", metavar="FILE", help="Write the meeting as a calendar file.")]


def meeting(
    context: typer.Context,
    situation: Situation = "deep-work",
    calendar: options.Calendars = None,
    with_calendar: Others = None,
    with_hours: OthersHours = None,
    with_zone: OthersZone = None,
    invite: Invite = "",
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="First date that will do.")] = None,
    minutes: Minutes = 30,
    slot: Slot = 1,
    title: Title = "",
    me: options.Me = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    agreement: AgreementFile = None,
    language: Language = None,
    templates: Templates = None,
    ics: Ics = None,
    to_calendar: ToCalendar = False,
    json_: options.Json = False,
) -> None:
    """The first talk: a time at which both are free, an agenda, a calendar file or entry. Nothing is sent."""
    from deepday.app.period import parse_dates  # noqa: PLC0415 - help does without

    first = parse_dates(on)[0] if on else None
    _show(context, _found(context, "agenda.txt", first), "agenda.txt", ics, json_=json_)


def check_in(
    context: typer.Context,
    situation: Situation = "deep-work",
    in_weeks: Annotated[
        int | None, typer.Option("--in-weeks", metavar="N", min=1, max=52, help="By default as agreed, or three.")
    ] = None,
    calendar: options.Calendars = None,
    with_calendar: Others = None,
    with_hours: OthersHours = None,
    with_zone: OthersZone = None,
    invite: Invite = "",
    minutes: Minutes = 30,
    slot: Slot = 1,
    title: Title = "",
    me: options.Me = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    agreement: AgreementFile = None,
    language: Language = None,
    templates: Templates = None,
    ics: Ics = None,
    to_calendar: ToCalendar = False,
    json_: options.Json = False,
) -> None:
    """The meeting in a few weeks, as agreed: a free time, its agenda, a calendar file or entry. Nothing is sent."""
    _show(context, _found(context, "check-in.txt", None), "check-in.txt", ics, json_=json_)


def _found(context: typer.Context, template: str, first: "object") -> "Meeting":
    from datetime import date  # noqa: PLC0415 - help does without

    from deepday.app.case_meeting import MeetingRequest, arrange_meeting, check_in_date  # noqa: PLC0415

    given = context.params
    made = made_of(context, measured=False)
    if template == "check-in.txt":
        first = check_in_date(made, given["in_weeks"], made.case.today)
    asked = MeetingRequest(
        minutes=given["minutes"],
        first=first if isinstance(first, date) else None,
        slot=given["slot"],
        others=tuple(given["with_calendar"] or ()),
        others_hours=given["with_hours"],
        others_zone=given["with_zone"],
        invite=given["invite"],
        title=given["title"],
    )
    with show.progress() as progress:
        return arrange_meeting(made, options.request(context), asked, template, progress)


def _show(context: typer.Context, found: "Meeting", template: str, ics: Path | None, *, json_: bool) -> None:
    from deepday.app.case_making import write_private  # noqa: PLC0415 - help does without
    from deepday.report.case_meeting import meeting_to_json, slot_words  # noqa: PLC0415 - same

    if json_:
        show.print_json(meeting_to_json(found.slots, found.chosen, found.zone, found.title, found.agenda))
    else:
        console = show.console()
        console.print(found.title, markup=False)
        for number, slot in enumerate(found.slots, 1):
            mark = "*" if slot == found.chosen else " "
            console.print(f"{mark} {number} {slot_words(slot, found.zone, found.language)}", markup=False)
        console.print(f"\n{found.agenda}", markup=False, end="")
    if ics:
        show.say(f"Wrote {write_private(ics, lambda: found.ics)}")
    for note in found.notes:
        show.say(note)
    if context.params["to_calendar"]:
        from deepday.app.case_calendar import want_in_calendar  # noqa: PLC0415 - files do without a store

        wanted = want_in_calendar(found, template, options.request(context))
        if wanted.replaced:
            show.say("It takes the place of the one before.")
        show.say("It is among the changes to your calendar: deepday diff shows it, deepday apply writes it.")


def mail(
    context: typer.Context,
    situation: Situation = "deep-work",
    to: To = None,
    action: Annotated[
        list[str] | None,
        typer.Option(
            "--action", metavar="TEXT", help='"What; who; 2026-05-20", who and when may be missing; repeatable.'
        ),
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="Another subject.")] = None,
    eml: Annotated[Path | None, typer.Option("--eml", metavar="FILE", help="Write it for your mail program.")] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Hand it to the server under [smtp], after a preview and a question.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --send: do not ask.")] = False,
    me: options.Me = None,
    zone: options.Zone = None,
    agreement: AgreementFile = None,
    language: Language = None,
    templates: Templates = None,
    names: Names = False,
    json_: options.Json = False,
) -> None:
    """The mail after the talk: what was agreed, who does what by when. Nothing is sent without --send."""
    from deepday.app.case_mailing import follow_up  # noqa: PLC0415 - help does without
    from deepday.app.case_making import write_private  # noqa: PLC0415

    made = made_of(context, measured=False)
    message, findings = follow_up(made, options.request(context), to or (), action or (), subject)
    if json_:
        from deepday.report.case_mail import mail_to_json  # noqa: PLC0415 - only the shape asked for is loaded

        show.print_json(mail_to_json(message))
    elif send or not eml:
        preview(message)
    say_findings(findings)
    if eml:
        show.say(f"Wrote {write_private(eml, lambda: bytes(message))}")
    if not send:
        if not eml and not json_:
            show.say("Nothing was sent. Write it with --eml FILE, or send it with --send.")
        return
    send_after_question(message, made.settings.smtp, yes=yes)
