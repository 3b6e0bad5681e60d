"""The work of :mod:`tests.bench.bare` as expressions of polars; equal figures."""

from typing import Any

import polars as pl

from tests.bench import bare
from tests.bench.people import MONDAY, WEEK, Person

FIGURES = ("meeting", "meetings", "burst", "bursts", "recovered", "free", "gaps")


def frames(person: Person) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return messages, meetings and working windows, sorted."""
    return (
        pl.DataFrame({"at": person.at}),
        pl.DataFrame({"start": person.meeting_start, "end": person.meeting_end}),
        pl.DataFrame(person.windows, schema={"start": pl.Int64, "end": pl.Int64}, orient="row"),
    )


def union(spans: pl.LazyFrame) -> pl.LazyFrame:
    """Merge spans sorted by start, touching ones too."""
    reach = pl.col("end").cum_max().shift(1)
    return (
        spans.with_columns(number=(pl.col("start") > reach).fill_null(value=True).cum_sum())
        .group_by("number", maintain_order=True)
        .agg(pl.col("start").first(), pl.col("end").max())
        .drop("number")
    )


def working_before(times: pl.LazyFrame, windows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Replace instants by the seconds of working time before them; keeps the order of rows."""
    before = windows.select("start", length=pl.col("end") - pl.col("start"), past=pl.col("end") - pl.col("start"))
    before = before.with_columns(past=pl.col("past").cum_sum() - pl.col("length"))
    joined = times.with_row_index("row").sort(column).join_asof(before, left_on=column, right_on="start", suffix="_w")
    start = "start" if column != "start" else "start_w"
    into = (pl.col(column) - pl.col(start)).clip(0, pl.col("length"))
    value = (pl.col("past") + into).fill_null(0).alias(f"{column}_work")
    return joined.with_columns(value).sort("row").drop("row", "length", "past", start, strict=False)


def run(inputs: Any, weeks: int) -> list[list[int]]:
    """Return seven figures a week."""
    messages, booked, windows = (frame.lazy() for frame in inputs)
    meetings = union(booked).with_columns(kind=pl.lit(bare.MEETING))
    bursts = (
        messages.with_columns(number=(pl.col("at").diff() > bare.GAP).fill_null(value=True).cum_sum())
        .group_by("number", maintain_order=True)
        .agg(start=pl.col("at").first(), end=pl.col("at").last() + bare.HANDLING)
        .drop("number")
        .join_asof(meetings.select(began="start", ended="end"), left_on="start", right_on="began")
        .filter(pl.col("ended").is_null() | (pl.col("ended") <= pl.col("start")))
        .select("start", "end", kind=pl.lit(bare.BURST))
    )
    items = (
        pl.concat([meetings.select("start", "end", "kind"), bursts])
        .sort("start")
        .with_columns(after=pl.col("start").shift(-1, fill_value=bare.FAR))
        .with_columns(end=pl.min_horizontal("end", "after"))
        .with_columns(recovered=pl.min_horizontal(pl.col("end") + bare.RECOVERY, "after"))
    )
    clipped = items.select("kind", "end", "recovered", begin="start")
    for column in ("begin", "end", "recovered"):
        clipped = working_before(clipped, windows, column)
    meeting, burst = pl.col("kind") == bare.MEETING, pl.col("kind") == bare.BURST
    spent = pl.col("end_work") - pl.col("begin_work")
    sums = clipped.group_by(week=(pl.col("begin") - MONDAY) // WEEK).agg(
        meeting=spent.filter(meeting).sum(),
        meetings=meeting.sum(),
        burst=spent.filter(burst).sum(),
        bursts=burst.sum(),
        recovered=(pl.col("recovered_work") - pl.col("end_work")).sum(),
    )
    off = windows.select(
        start=pl.col("end").shift(1, fill_value=-bare.FAR), end=pl.col("start")
    )  # what lies before each window
    last = windows.select(start=pl.col("end").last(), end=pl.lit(bare.FAR, pl.Int64))
    blocked = union(pl.concat([items.select("start", "end"), off, last]).sort("start"))
    gaps = blocked.select(start=pl.col("end"), length=pl.col("start").shift(-1) - pl.col("end"))
    free = (
        gaps.filter(pl.col("length") >= bare.FOCUS)
        .group_by(week=(pl.col("start") - MONDAY) // WEEK)
        .agg(free=pl.col("length").sum(), gaps=pl.len())
    )
    table = pl.LazyFrame({"week": range(weeks)}).join(sums, on="week", how="left").join(free, on="week", how="left")
    rows = table.sort("week").select(pl.col(FIGURES).fill_null(0).cast(pl.Int64)).collect().rows()
    return [list(row) for row in rows]
