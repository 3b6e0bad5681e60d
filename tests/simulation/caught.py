"""By what each planted bug is caught: a scenario, with its layers, or a seed.

``make simulate`` plays these; with ``BUGS=1`` it hunts for all of them anew.
"""

from tests.simulation.living import run_seed
from tests.simulation.playing import TOGETHER, play
from tests.simulation.running import hunt, scenario_named

CAUGHT_BY: dict[str, str | int] = {
    "written_before_the_baseline_is_kept": "plain",
    "written_before_it_is_recorded": "plain",
    "released_before_it_is_restored": "vetoed_at_once",
    "only_the_last_value_is_ours": "vendor_rewrites",
    "settled_value_not_recorded": "vendor_rewrites",
    "baseline_taken_for_each_block": "touching",
    "expiry_not_known_of_in_a_restore": "asleep_at_the_end",
    "ended_baseline_put_back": "something_before",
    "no_end_given_to_the_vendor": "plain",
    "a_persons_value_written_over": "changed_by_hand",
    "hands_off_forgotten": "changed_by_hand",
    "a_cleared_value_taken_for_a_lost_write": "cleared_by_hand",
    "stale_reads_believed": "vetoed_at_once",
    "another_deepdays_value_taken_as_baseline": "taken_over_from_a_dead_device",
    "lost_reply_taken_for_done": "requests_lost",
    "a_part_that_failed_taken_for_done": f"requests_lost, {TOGETHER}",
    "refused_account_given_up": "second_value_lost",
    "left_to_its_end_whatever_was_there_before": "something_before",
    "a_restore_without_effect_believed": "taken_back_without_effect",
    "nothing_is_ever_set": "requests_lost",
    "ids_made_anew_each_time": "plain",
    "a_deleted_event_made_again": "deleted_by_hand",
    "a_moved_event_moved_back": "moved_by_hand",
    "a_title_given_by_hand_written_over": "somebody_else_covers",
    "titles_left_as_they_were": "somebody_else_covers",
    "event_made_before_the_ledger_knows": "plain",
    "what_a_listing_lacks_is_deleted": "calendar_vanishes",
    "an_empty_calendar_believed": "calendar_vanishes",
    "what_cannot_be_read_is_absent": 1,
    "too_late_all_the_same": 0,
    "thresholds_ignored": "many_withdrawn",
    "any_number_made_at_once": "many_approved",
    "short_notice_ignored": "moved_by_a_rule",
    "lost_reply_of_an_event_taken_for_failed": 61,
    "a_lost_request_sent_again_by_a_library": "replies_lost",
    "somebody_elses_removal_of_a_block": 186,
    "stale_lease_accepted": "suspended",
    "lease_given_to_everybody": 19,
    "other_devices_ignored": "taken_over_in_a_hurry",
    "taken_over_without_waiting": "taken_over_in_a_hurry",
    "retry_after_ignored": 10,
    "backoff_only_in_memory": 70,
    "hash_chain_not_chained": "plain",
    "a_pause_ends_the_block": 15,
    "a_wrong_clock_believed": "wrong_clock",
    "clocks_compared_once": "clock_turned_at_the_end",
    "few_events_lost_believed": "few_events_vanish",
    "a_lease_that_is_not_shown_is_held": "taken_over_unseen",
    "nothing_handed_over": "taken_over_during_a_block",
    "events_of_the_device_before_left_alone": "taken_over_during_a_block",
    "a_new_sign_in_not_noticed": "revoked_during",
}


def caught(name: str) -> str:
    """Plant the bug, play what is known to catch it, and return what was noticed; empty when nothing was."""
    by = CAUGHT_BY[name]
    if isinstance(by, int):
        return hunt(name, [by, *range(60)], {}, run_seed)
    scenario, _, layers = by.partition(", ")
    return hunt(name, [], {by: lambda: play(scenario_named(scenario), which=layers or "all")}, run_seed)
