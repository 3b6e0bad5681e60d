"""Requests in worlds where everything goes wrong: seeds, a death at every point, layers switched off, planted bugs."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.simulation.urgent.bugs import BUGS
from tests.simulation.urgent.disk import remove_disk
from tests.simulation.urgent.hunting import die_everywhere, hunt, run_seeds
from tests.simulation.urgent.living import run_seed
from tests.simulation.urgent.stories import LAYERS, STORIES, Story, play, points

MOST_POINTS = 8

pytestmark = pytest.mark.usefixtures("disk")

# By which story each planted bug is caught; where the process must die for that, at which points, with which layers.
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


@pytest.fixture(scope="module")
def disk() -> Iterator[None]:
    yield
    remove_disk()


@pytest.mark.parametrize("first", range(0, 30, 10))
def test_no_world_breaks_an_invariant(first: int) -> None:
    summary = run_seeds(range(first, first + 10))
    assert summary.broken == []
    assert summary.crashes > 0


def test_the_same_seed_gives_the_same_trace() -> None:
    first, second = run_seed(4), run_seed(4)
    assert first.digest() == second.digest()
    assert first.digest() != run_seed(5).digest()


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_process_may_die_anywhere_with_any_layer_off(story: Story, layers: str) -> None:
    step = max(1, -(-points(story, layers) // MOST_POINTS))
    summary = die_everywhere(story, layers, first=1 + len(story.__name__) % step, step=step)
    assert summary.broken == []
    assert summary.crashes > 0


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(name: str) -> None:
    by, deaths, layers = CAUGHT_BY[name]
    story = next(one for one in STORIES if one.__name__ == by)
    play(story, which=layers)  # it ends well without the bug
    plays = {"alive": partial(play, story, which=layers)} if deaths is None else {}
    plays |= {f"dying at {point}": partial(play, story, frozenset({point}), layers) for point in deaths or ()}
    assert hunt(name, plays)


def test_there_are_enough_bugs_and_stories() -> None:
    assert len(BUGS) >= 20
    assert len(STORIES) >= 15
