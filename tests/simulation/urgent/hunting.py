"""Runs many worlds and stories, and hunts for planted bugs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.simulation.device import Crash
from tests.simulation.urgent.bugs import planted
from tests.simulation.urgent.living import run_seed
from tests.simulation.urgent.stories import STORIES, Story, play, points
from tests.simulation.urgent.world import World

CAUGHT_BY: dict[str, tuple[str, range | None, str]] = {
    "acknowledged_before_it_is_kept": ("taken", None, "all"),
    "acknowledged_a_moment_too_early": ("the_sender_decides", range(4, 24), "no poll"),
    "told_apart_by_the_id_of_the_delivery": ("taken", None, "all"),
    "watermark_moved_before_the_insert": ("away_for_hours", range(20, 110, 2), "all"),
    "histories_read_from_the_start_of_the_process": ("away_for_hours", None, "all"),
    "only_one_page_of_history_read": ("away_for_hours", None, "all"),
    "deletions_ignored": ("taken_back", None, "all"),
    "timers_only_in_memory": ("nobody_answers", range(30, 70, 4), "all"),
    "anybody_may_take_it": ("wrong_hands", None, "all"),
    "an_end_can_be_left": ("wrong_hands", None, "all"),
    "an_answer_to_every_message": ("it_can_wait", None, "all"),
    "not_urgent_before_the_sender_knows": ("not_urgent", None, "all"),
    "the_timer_is_waited_for_all_the_same": ("blocked_us", None, "all"),
    "who_is_away_is_asked": ("away", None, "all"),
    "opting_out_is_forgotten": ("away", None, "all"),
    "opting_out_by_the_button_is_forgotten": ("opted_out", None, "all"),
    "who_opts_out_keeps_what_they_were_asked": ("opted_out", None, "all"),
    "what_is_private_is_kept": ("in_person", None, "all"),
    "what_was_found_after_the_block_is_private": ("in_person", None, "all"),
    "the_digest_is_not_sent": ("it_can_wait", None, "all"),
    "only_the_first_of_a_digest_is_shown": ("machines", None, "all"),
    "a_change_without_a_row": ("nobody_answers", None, "all"),
    "the_library_tries_again": ("replies_lost", None, "all"),
    "marked_as_sent_first": ("taken", range(8, 60), "all"),
    "sent_before_it_is_claimed": ("taken", None, "all"),
    "an_unknown_outcome_is_not_looked_up": ("replies_lost", None, "all"),
    "a_lost_reply_taken_for_sent": ("replies_lost", None, "all"),
    "what_was_claimed_is_forgotten": ("taken", range(8, 60), "all"),
    "the_owner_is_told_before_our_quiet_ends": ("nobody_answers", None, "all"),
    "muted_counts_as_heard": ("woken_for_good", None, "all"),
    "texts_are_not_sealed": ("taken", None, "all"),
    "texts_are_kept_for_ever": ("taken", None, "all"),
}
"""By which story each planted bug is caught; where the process must die for that, at which points; which layers."""


@dataclass(slots=True)
class Summary:
    """Worlds that were run, deaths in them, and those that broke an invariant, in words."""

    worlds: int = 0
    crashes: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, run: Callable[[], World]) -> None:
        """Run a world and count what happened."""
        self.worlds += 1
        try:
            world = run()
        except (Exception, Crash) as error:  # noqa: BLE001 - whatever it is, the world is broken
            self.broken.append("\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])]))
            return
        self.crashes += world.boundary.crashes

    def __str__(self) -> str:
        return f"{self.worlds} worlds, {self.crashes} crashes, {len(self.broken)} broken"


def run_seeds(seeds: Iterable[int]) -> Summary:
    """Run a world for each seed."""
    summary = Summary()
    for seed in seeds:
        summary.add(lambda seed=seed: run_seed(seed))  # type: ignore[misc]
    return summary


def die_everywhere(story: Story, which: str = "all", *, first: int = 1, step: int = 1) -> Summary:
    """Play a story once for each point at which the process could die."""
    summary = Summary()
    for point in range(first, points(story, which) + 1, step):
        summary.add(lambda point=point: play(story, frozenset({point}), which))  # type: ignore[misc]
    return summary


def hunt(name: str, plays: Mapping[str, Callable[[], object]], seeds: Iterable[int] = ()) -> str:
    """Return what caught the bug, empty when nothing did."""
    with planted(name):
        runs: Sequence[tuple[str, Callable[[], object]]] = [
            *plays.items(),
            *((f"seed {seed}", lambda seed=seed: run_seed(seed)) for seed in seeds),
        ]
        for title, run in runs:
            try:
                run()
            except (Exception, Crash) as error:  # noqa: BLE001 - whatever it is, it was noticed
                return f"{title}: {error}"
    return ""


def caught(name: str) -> str:
    """Return by what its story catches a planted bug, empty when it does not; without it the story must end well."""
    by, deaths, layers = CAUGHT_BY[name]
    story = next(one for one in STORIES if one.__name__ == by)
    play(story, which=layers)
    plays = {"alive": partial(play, story, which=layers)} if deaths is None else {}
    plays |= {f"dying at {point}": partial(play, story, frozenset({point}), layers) for point in deaths or ()}
    return hunt(name, plays)
