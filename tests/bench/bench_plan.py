"""The planner: exact beside greedy beside how other tools place focus time, on the same made-up teams.

``python -m tests.bench.bench_plan [--largest PEOPLE]``
"""

import argparse
import time

from deepday.plan.compiling import compile_problem
from deepday.plan.covered import solve
from deepday.plan.modelling import Solution
from deepday.plan.planning import make_plan
from deepday.plan.problem import Problem
from deepday.plan.solving import solver_for
from tests.bench.rivals import Outcome, fill_to_goal, first_gaps, outcome_of, outcome_of_plan
from tests.bench.table import budget, heading, say, show
from tests.bench.teams import teams

SIZES = [(people, weeks) for people in (1, 10, 50, 200, 1000) for weeks in (1, 4)]
PROVED = {(10, 4): 0.5, (50, 4): 1.0, (200, 1): 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=1000)
    largest = parser.parse_args().largest
    sizes = [size for size in SIZES if size[0] <= largest]
    heading("Planner: time and value")
    say("CPU seconds, one thread; value and bound in minutes; made: seconds to make the model (the same for both).")
    rows, found = [], {}
    for people, weeks in sizes:
        problem = teams(people, weeks)
        begin = time.process_time()
        model = compile_problem(problem)
        made = time.process_time() - begin
        exact, exact_time = _timed(problem, "auto")
        greedy, greedy_time = _timed(problem, "greedy")
        found[people, weeks] = (exact, exact_time)
        rows.append(
            [
                f"{people} x {weeks}",
                str(len(model.candidates)),
                f"{made:.2f}",
                f"{exact_time:.3f}",
                f"{exact.objective:,}",
                f"{100 * exact.gap:.2f} %",
                f"{greedy_time:.3f}",
                f"{greedy.objective:,}" if greedy.found else "none",
                f"{100 * greedy.objective / max(1, exact.objective):.1f} %",
                exact.engine,
            ]
        )
    show(
        ["people x weeks", "days", "made", "exact s", "value", "gap", "greedy s", "value", "of exact", "exact by"], rows
    )
    for size, limit in PROVED.items():
        if size in found:
            exact, seconds = found[size]
            budget(
                f"{size[0]} x {size[1]} proved best under {limit} s: {seconds:.2f}",
                met=exact.gap == 0 and seconds < limit,
            )
    if (1000, 4) in found:
        exact, seconds = found[1000, 4]
        budget(
            f"1000 x 4 within 1 % of the bound in 10 s: {100 * exact.gap:.2f} % in {seconds:.1f} s",
            met=exact.gap < 0.01 and seconds < 10,
        )
    _compare(sizes)


def _timed(problem: Problem, engine: str) -> tuple[Solution, float]:
    model = compile_problem(problem)
    solver = solver_for(model, engine, seconds=60)
    begin = time.process_time()
    solution, _, _ = solve(model, solver)
    return solution, time.process_time() - begin


def _compare(sizes: list[tuple[int, int]]) -> None:
    heading("Planner: what people get")
    say(
        "Focus: minutes in blocks of two hours or more, per person and week. Days: days with six hours or more of it or"
    )
    say("kept for it. Displaced: minutes per person and week. Holes: blocks during which fewer than two of the named")
    say("point people are free. Unreachable: half hours at which fewer of a team are reachable than asked for.")
    rows = []
    for people, weeks in sizes:
        problem = teams(people, weeks)
        placed: list[tuple[str, Outcome]] = [
            ("exact", outcome_of_plan(problem, make_plan(problem, alternatives=0))),
            ("greedy", outcome_of_plan(problem, make_plan(problem, "greedy", alternatives=0))),
            ("first free 2 h", outcome_of(problem, first_gaps(problem))),
            ("fill to goal", outcome_of(problem, fill_to_goal(problem))),
        ]
        share = people * weeks
        rows += [
            [
                f"{people} x {weeks}",
                name,
                f"{one.focus / share:.0f}",
                f"{one.days / share:.2f}",
                f"{one.displaced / share:.0f}",
                str(one.holes),
                str(one.unreachable),
            ]
            for name, one in placed
        ]
    show(["people x weeks", "placed by", "focus", "days", "displaced", "holes", "unreachable"], rows)
    holes = [int(row[5]) + int(row[6]) for row in rows if row[1] in {"exact", "greedy"}]
    budget("no hole in any plan of ours", met=not any(holes))


if __name__ == "__main__":
    main()
