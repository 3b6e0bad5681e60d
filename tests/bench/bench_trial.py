"""The trial's statistics: speed of the test, and how often it errs and finds, beside the figures that are expected.

``python -m tests.bench.bench_trial [--runs N]``. The expected figures were simulated separately (3,000 runs each).
"""

import argparse
import math
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from deepday.trial.before_after import Moved, compare
from deepday.trial.effect import Effect, estimate_effect
from deepday.trial.power import NOISES, TWO_OF_FIVE, power, simulate, smallest_cut
from deepday.trial.values import Arm, TrialDay, TrialWeek
from tests.bench.bench_startup import Command
from tests.bench.table import budget, heading, say, show
from tests.command import DEEPDAY
from tests.e2e.trial_office import Play

EXPECTED = {
    ("low", 4): (0.12, 0.31, 0.56, 0.75, 0.87),
    ("low", 6): (0.14, 0.40, 0.74, 0.91, 0.97),
    ("low", 8): (0.18, 0.54, 0.84, 0.97, 0.99),
    ("low", 12): (0.25, 0.72, 0.96, 1.0, 1.0),
    ("medium", 4): (0.06, 0.14, 0.27, 0.42, 0.56),
    ("medium", 6): (0.09, 0.20, 0.39, 0.60, 0.77),
    ("medium", 8): (0.09, 0.27, 0.49, 0.73, 0.87),
    ("medium", 12): (0.13, 0.38, 0.67, 0.88, 0.98),
    ("high", 4): (0.06, 0.09, 0.15, 0.23, 0.30),
    ("high", 6): (0.07, 0.12, 0.19, 0.29, 0.43),
    ("high", 8): (0.07, 0.14, 0.25, 0.38, 0.55),
    ("high", 12): (0.07, 0.18, 0.37, 0.55, 0.74),
}
"""Power by noise and weeks, for cuts of 10, 20, 30, 40 and 50 %."""
DETECTABLE = {
    ("low", 4): 0.44,
    ("low", 6): 0.33,
    ("low", 8): 0.28,
    ("low", 12): 0.22,
    ("medium", 4): 0.71,
    ("medium", 6): 0.54,
    ("medium", 8): 0.44,
    ("medium", 12): 0.36,
    ("high", 4): None,
    ("high", 6): 0.84,
    ("high", 8): 0.69,
    ("high", 12): 0.55,
}
"""The smallest cut that is found in 8 of 10 trials; ``None``: not even 100 %."""
ONE_DAY = {0.3: 0.38, 0.4: 0.55, 0.5: 0.72}
"""Power by cut with one day a week, medium noise, 8 weeks."""
CUTS = (0.1, 0.2, 0.3, 0.4, 0.5)
EXPECTED_RUNS = 3_000
ONE_OF_FIVE = tuple((at,) for at in range(5))
MONDAY = date(2026, 1, 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2_000)
    runs = parser.parse_args().runs
    _speed()
    _report()
    _errors(runs)
    _power(runs)
    _moved(min(runs, 400))


def _weeks(
    values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]",
    chosen: "np.ndarray[tuple[int], np.dtype[np.intp]]",
    missing: "np.ndarray[tuple[int, int], np.dtype[np.bool_]] | None" = None,
) -> list[TrialWeek]:
    weeks = []
    for number, row in enumerate(values):
        drawn = TWO_OF_FIVE[chosen[number]]
        days = tuple(
            TrialDay(
                f"{number}",
                MONDAY + timedelta(7 * number + at),
                Arm.DEEP if at in drawn else Arm.OTHER,
                None if missing is not None and missing[number, at] else float(value),
            )
            for at, value in enumerate(row)
        )
        weeks.append(TrialWeek(f"{number}", days, TWO_OF_FIVE))
    return weeks


def _speed() -> None:
    heading("Trial: speed")
    values, chosen = simulate(NOISES["medium"], 8, 0.3, 1, 1)
    weeks = _weeks(values[0], chosen[0])
    gone = np.random.default_rng(2).random((8, 5)) < 0.1
    partly = _weeks(values[0], chosen[0], gone)
    for name, one in (("complete", weeks), ("10 % missing", partly)):
        begin = time.process_time()
        estimate_effect(one, draws=10_000)
        seconds = time.process_time() - begin
        budget(f"10,000 draws with intervals under 1 s, 8 weeks, {name}: {seconds:.3f} s", met=seconds < 1)


def _report() -> None:
    heading("Trial: the report, whole process")
    with tempfile.TemporaryDirectory() as folder:
        play = Play(Path(folder)).before()
        deep = play.start()
        last = play.protocol().last
        play.live(deep, last, cut=0.4)
        environment = play.environment(last + timedelta(days=1))
        line = [str(DEEPDAY), "trial", "report", "--pdf", f"{folder}/trial.pdf"]
        command = Command("trial report --pdf", line)
        for _ in range(5):
            command.run(environment)
        seconds = statistics.median(command.wall)
        used = statistics.median(command.cpu)
        budget(f"ten weeks as PDF under 3 s CPU: {used:.2f} s ({seconds:.2f} s by the clock)", met=used < 3)


def _errors(runs: int) -> None:
    heading("Trial: false alarms and coverage")
    say(f"{runs} made-up trials each, 8 weeks, medium noise; 999 draws. Expected: 5 % false alarms, 95 % coverage.")
    rows, met = [], True
    for name, cut, share in (
        ("no effect", 0.0, 0.0),
        ("no effect, 20 % missing", 0.0, 0.2),
        ("cut 30 %", 0.3, 0.0),
        ("cut 30 %, 20 % missing", 0.3, 0.2),
    ):
        noise = NOISES["medium"]
        noise = type(noise)(noise.day, noise.week, noise.weekday, noise.rho, broken=0.0)
        values, chosen = simulate(noise, 8, cut, runs, 11)
        gone = np.random.default_rng(12).random(values.shape) < share
        rejected = covered = 0
        for at in range(runs):
            found = estimate_effect(_weeks(values[at], chosen[at], gone[at]), draws=999, seed=at)
            if isinstance(found, Effect):
                low, high = found.interval
                rejected += found.p_two_sided <= 0.05
                covered += (low is None or low <= -cut) and (high is None or high >= -cut)
        rows.append([name, f"{rejected / runs:.3f}", f"{covered / runs:.3f}"])
        slack = 3 * math.sqrt(0.05 * 0.95 / runs)
        met = met and abs(covered / runs - 0.95) < slack + 0.005
        met = met and (cut > 0 or abs(rejected / runs - 0.05) < slack)
    show(["case", "p <= .05", "95 % range holds the truth"], rows)
    budget("false alarms and coverage as promised, within Monte-Carlo error", met=met)


def _power(runs: int) -> None:
    heading("Trial: power beside what is expected")
    say(f"{runs} made-up trials each; two of five days; 15 % of deep-work days broken. Found / expected.")
    rows, off, cells, wide = [], 0, 0, 0
    for (name, weeks), expected in EXPECTED.items():
        row = [f"{name}, {weeks} weeks"]
        for cut, was in zip(CUTS, expected, strict=True):
            found = power(NOISES[name], weeks, cut, runs=runs, seed=100 + weeks)
            error = math.sqrt(max(was * (1 - was), 0.01) * (1 / runs + 1 / EXPECTED_RUNS)) + 0.005  # given to .01
            off += abs(found - was) > 3 * error
            cells += 1
            row.append(f"{found:.2f} / {was:.2f}")
        least, known = smallest_cut(NOISES[name], weeks, TWO_OF_FIVE), DETECTABLE[name, weeks]
        wide += abs((1 if least is None else least) - (1 if known is None else known)) > 0.05
        rows.append([*row, f"{_percent(least)} / {_percent(known)}"])
    row = ["medium, 8 weeks, one day", "", ""]
    for cut, was in ONE_DAY.items():
        found = power(NOISES["medium"], 8, cut, runs=runs, seed=108, sets=ONE_OF_FIVE)
        error = math.sqrt(was * (1 - was) * (1 / runs + 1 / EXPECTED_RUNS)) + 0.005
        off += abs(found - was) > 3 * error
        cells += 1
        row.append(f"{found:.2f} / {was:.2f}")
    rows.append([*row, f"{_percent(smallest_cut(NOISES['medium'], 8, ONE_OF_FIVE))}"])
    show(["noise", *(f"cut {cut:.0%}" for cut in CUTS), "smallest found 8 of 10 times"], rows)
    budget(f"{len(DETECTABLE) - wide} of {len(DETECTABLE)} smallest cuts within 5 points", met=wide == 0)
    budget(f"{cells - off} of {cells} cells within three Monte-Carlo errors", met=off == 0)


def _percent(share: float | None) -> str:
    return "> 100 %" if share is None else f"{share:.0%}"


def _moved(runs: int) -> None:
    heading("Trial: work that only moved")
    say("A cut of 30 % on deep-work days, all of it moved to the other days; 4 weeks before, 8 of trial, low noise.")
    noise = NOISES["low"]
    noise = type(noise)(noise.day, noise.week, noise.weekday, noise.rho, broken=0.0)
    rows, shares = [], {}
    for name, back in (("moved", 0.3 * 2 / 3), ("gained", 0.0)):
        values, chosen = simulate(noise, 12, 0.0, runs, 21)
        passed = fell = 0
        for at in range(runs):
            weeks = _weeks(values[at], chosen[at])
            days = [
                TrialDay(day.week, day.date, Arm.BASELINE if number < 4 else day.arm, _shifted(day, number, back))
                for number, week in enumerate(weeks)
                for day in week.days
            ]
            trial = [
                TrialWeek(w.label, tuple(days[5 * n : 5 * n + 5]), w.allowed) for n, w in enumerate(weeks) if n >= 4
            ]
            found = estimate_effect(trial, draws=499, seed=at)
            passed += isinstance(found, Effect) and found.p_two_sided <= 0.05
            fell += compare(days).moved is Moved.WEEK_FELL
        shares[name] = fell / runs
        rows.append([name, f"{passed / runs:.2f}", f"{fell / runs:.2f}"])
    show(["what happened", "days differ (p <= .05)", "said: the week as a whole fell"], rows)
    budget("moved work is called gained in at most 10 of 100 trials", met=shares["moved"] <= 0.10)


def _shifted(day: TrialDay, number: int, back: float) -> float:
    value = day.value or 0.0
    if number < 4:
        return value
    return max(0.0, value - 0.3) if day.arm is Arm.DEEP else value + back


if __name__ == "__main__":
    main()
