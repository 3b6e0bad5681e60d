"""The wellbeing log for its owner's eyes: in the terminal and as JSON."""

from collections.abc import Sequence

from rich.console import Console

from deepday.case.wellbeing import FEWEST_NOTES, Note, Scale, summarise_notes
from deepday.report.words import ABSENT, NOT_ENOUGH, day_name, plain


def render_notes(notes: Sequence[Note], console: Console) -> None:
    """Print the notes, and the middle of the answers where there are enough."""
    if not notes:
        console.print('No note yet. Write one: deepday case log "Long day" --sleep 6 --focus 4 --strain 6')
        return
    console.print("             sleep focus strain  note")
    for note in notes:
        values = (ABSENT if value is None else str(value) for value in (note.sleep, note.focus, note.strain))
        cells = "  ".join(f"{value:>4}" for value in values)
        console.print(f"{day_name(note.date):<11} {cells}   {plain(note.text)}", markup=False)
    found = summarise_notes(notes)
    scales = {"sleep": found.sleep, "focus": found.focus, "strain": found.strain}
    said = "; ".join(f"{name} {_words(scale)}" for name, scale in scales.items() if scale)
    console.print(
        f"\nMedian (lowest to highest): {said}." if said else f"\nFewer than {FEWEST_NOTES} answers: {NOT_ENOUGH}."
    )
    console.print("Kept sealed on this machine. Shared only with --share-wellbeing, and then without the lines.")


def _words(scale: Scale) -> str:
    return f"{scale.middle:g} ({scale.low:g} to {scale.high:g})"


def notes_to_json(notes: Sequence[Note]) -> dict[str, object]:
    """Return the notes: schema ``deepday.case-log/1``."""
    rows = [
        {
            "date": note.date.isoformat(),
            "text": note.text,
            "sleep": note.sleep,
            "focus": note.focus,
            "strain": note.strain,
        }
        for note in notes
    ]
    return {"schema": "deepday.case-log/1", "notes": rows}
