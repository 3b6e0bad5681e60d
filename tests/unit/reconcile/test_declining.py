"""Which invitations are declined: whatever the office looks like."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from deepday.model import ApprovedBlock, Interval, Invitation, Response
from deepday.reconcile.declining import DeclineRules, decide, next_free_slot, without_pauses
from deepday.reconcile.desired import LiveBlock

HOUR = 3600
START = int(datetime(2026, 3, 10, 14, tzinfo=UTC).timestamp())
BLOCK = ApprovedBlock("b1", "ada@example.org", datetime(2026, 3, 10, 14), datetime(2026, 3, 10, 16), "UTC")  # noqa: DTZ001
LIVE = LiveBlock(BLOCK, Interval(START, START + 2 * HOUR), asked=True)
MEETING = Invitation(
    "primary",
    "m1",
    "e1",
    Interval(START, START + HOUR),
    Response.NEEDS_ACTION,
    arrived=START - 7200,
    people=3,
    organiser="ben@example.org",
    title="Sync about the launch",
)
RULES = DeclineRules()

instants = st.integers(START - 4 * HOUR, START + 4 * HOUR)
intervals = st.tuples(instants, st.integers(1, 5 * HOUR)).map(lambda pair: Interval(pair[0], pair[0] + pair[1]))
words = st.sampled_from(["ben@example.org", "Cara@Partner.example", "boss@example.org", "x@sub.partner.example", ""])
invitations = st.builds(
    Invitation,
    calendar=st.just("primary"),
    id=st.sampled_from(["m1", "m2", "m3"]),
    etag=st.just("e"),
    when=intervals,
    response=st.sampled_from([*[Response.NEEDS_ACTION] * 6, *Response]),
    arrived=st.one_of(instants, instants, instants, st.just(0)),
    series=st.sampled_from(["", "", "s1"]),
    people=st.one_of(st.integers(1, 4), st.integers(1, 20), st.none()),
    all_day=st.sampled_from([False, False, False, True]),
    organiser=words,
    title=st.sampled_from(["Launch", "INTERVIEW with Dan", "1:1", ""]),
)
rules = st.builds(
    DeclineRules,
    people=st.frozensets(words.filter(bool), max_size=2),
    domains=st.frozensets(st.sampled_from(["partner.example", "example.org"]), max_size=1),
    chain=st.frozensets(st.sampled_from(["Boss@example.org"]), max_size=1),
    keywords=st.sampled_from([(), ("interview",), ("1:1", "launch")]),
    largest=st.integers(2, 10),
    series=st.booleans(),
)
wide = st.just(Interval(START - 5 * HOUR, START + 9 * HOUR))  # most meetings lie in it, so that many are declined
blocks = st.lists(st.one_of(intervals, wide).map(lambda when: LiveBlock(BLOCK, when, asked=True)), max_size=3)


@given(invitations, blocks, st.one_of(st.just(RULES), rules), instants, st.sets(st.sampled_from(["m1", "m2"])))
def test_only_what_is_new_open_and_within_a_block_is_declined(
    invitation: Invitation, live: list[LiveBlock], chosen: DeclineRules, since: int, answered: set[str]
) -> None:
    done = {("primary", name) for name in answered}
    decision = decide(invitation, live, chosen, since, done)
    assert decision.why
    if not decision.decline:
        return
    assert any(one.when.start <= invitation.when.start and invitation.when.end <= one.when.end for one in live)
    assert invitation.response is Response.NEEDS_ACTION
    assert invitation.arrived >= max(since, 1)
    assert invitation.id not in answered
    assert not invitation.all_day
    who = invitation.organiser.lower()
    assert who
    assert who not in {one.lower() for one in chosen.people | chosen.chain}
    assert not any(who.endswith((f"@{one}", f".{one}")) for one in chosen.domains)
    assert not any(word in invitation.title.lower() for word in chosen.keywords)
    assert invitation.people is not None
    assert invitation.people <= chosen.largest
    assert chosen.series or not invitation.series


def test_a_new_invitation_into_a_block_is_declined() -> None:
    decision = decide(MEETING, [LIVE], RULES, since=MEETING.arrived)
    assert (decision.decline, decision.block) == (True, LIVE)


@given(rules, rules)
def test_other_rules_are_known_by_another_name(one: DeclineRules, other: DeclineRules) -> None:
    def folded(given: DeclineRules) -> tuple[object, ...]:
        sets = (given.people, given.domains, given.chain, given.keywords)
        return (*({name.casefold() for name in names} for names in sets), given.largest, given.series)

    assert (one.fingerprint == other.fingerprint) == (folded(one) == folded(other))


def test_each_exception_is_named() -> None:
    named = {
        "chain of command": (
            replace(MEETING, organiser="Boss@Example.org"),
            DeclineRules(chain=frozenset({"boss@example.org"})),
        ),
        "this person": (MEETING, DeclineRules(people=frozenset({"BEN@example.org"}))),
        "organisation": (
            replace(MEETING, organiser="x@eu.partner.example"),
            DeclineRules(domains=frozenset({"partner.example"})),
        ),
        "title": (MEETING, DeclineRules(keywords=("LAUNCH",))),
        "more than 2": (MEETING, DeclineRules(largest=2)),
        "series": (replace(MEETING, series="s1"), RULES),
        "how many": (replace(MEETING, people=None), RULES),
        "who asks": (replace(MEETING, organiser=""), RULES),
        "all day": (replace(MEETING, all_day=True), RULES),
        "answered": (replace(MEETING, response=Response.ACCEPTED), RULES),
        "before": (replace(MEETING, arrived=1), RULES),
        "no deep-work block": (replace(MEETING, when=Interval(START + HOUR, START + 3 * HOUR)), RULES),
    }
    for words_of_it, (invitation, chosen) in named.items():
        decision = decide(invitation, [LIVE], chosen, since=100)
        assert not decision.decline
        assert words_of_it in decision.why


def test_a_domain_is_not_found_in_the_end_of_another() -> None:
    chosen = DeclineRules(domains=frozenset({"ample.org"}))
    assert decide(MEETING, [LIVE], chosen, since=1).decline


def test_a_paused_block_protects_nothing() -> None:
    pause = Interval(START + HOUR, START + HOUR + 60)
    assert without_pauses([LIVE], [pause]) == []
    assert without_pauses([LIVE], [Interval(START - HOUR, START)]) == [LIVE]


@given(
    st.integers(1, 3 * HOUR),
    instants,
    st.lists(intervals, max_size=4),
    st.lists(intervals, max_size=4),
)
def test_the_next_free_slot_is_free_work_time_and_the_first(
    length: int, after: int, work: list[Interval], busy: list[Interval]
) -> None:
    found = next_free_slot(length, after, work, busy)

    def suits(start: int) -> bool:
        times = range(start, start + length, 30)
        inside = all(any(one.start <= at < one.end for one in work) for at in (*times, start + length - 1))
        return inside and not any(start < one.end and one.start < start + length for one in busy)

    if found:
        assert found >= after
        assert suits(found)
    first = -(-after // 900) * 900
    earlier = range(first, found or START + 10 * HOUR, 900)
    assert not any(suits(start) for start in earlier)
