from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.clock import SystemClock
from deepday.model import ActivityStream, Conversation, ConversationKind, Interval, Message, Skipped
from deepday.store import ImportResult, Outcome, SourceKind, Store, open_store

ADA = Conversation("a" * 32, ConversationKind.DIRECT)
TEAM = Conversation("b" * 32, ConversationKind.GROUP)
SECOND = 1_000_000
EVER = Interval(-(2**40), 2**40)


def put(
    store: Store,
    messages: Iterable[Message],
    name: str = "slack",
    observed: tuple[Interval, ...] = (Interval(0, 100),),
    skipped: tuple[Skipped, ...] = (),
) -> ImportResult:
    return store.add_activity(
        name, location="export.zip", stream=ActivityStream.of(messages), observed=observed, skipped=skipped, digest="d"
    )


def messages(*instants: int, to: Conversation = ADA) -> list[Message]:
    return [Message(micros, micros % 2 == 0, mention=False, conversation=to) for micros in instants]


some_messages = st.lists(
    st.builds(
        Message,
        st.integers(-3, 3) | st.integers(-(2**50), 2**50),
        st.booleans(),
        st.booleans(),
        st.sampled_from([ADA, TEAM, Conversation("0", ConversationKind.THREAD)]),
    ),
    max_size=30,
)


@settings(max_examples=40)
@given(some_messages)
def test_the_stream_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, given_messages: list[Message]
) -> None:
    with open_store(tmp_path_factory.mktemp("store") / "deepday.sqlite", SystemClock()) as store:
        put(store, given_messages)
        assert store.activity(EVER) == ActivityStream.of(given_messages)


def test_only_new_messages_are_added(store: Store) -> None:
    assert put(store, messages(1, 2)) == ImportResult(Outcome.IMPORTED, added=2)
    assert put(store, messages(2, 3)) == ImportResult(Outcome.IMPORTED, added=1, kept=1)
    assert put(store, messages(1, 2, 3)) == ImportResult(Outcome.UNCHANGED, kept=3)
    assert store.activity(EVER) == ActivityStream.of(messages(1, 2, 3))


def test_a_message_in_two_sources_is_read_once_and_counted_as_known(store: Store) -> None:
    put(store, messages(1, 2))
    assert put(store, messages(2, 3), name="other") == ImportResult(Outcome.IMPORTED, added=1, kept=1)
    assert store.activity(EVER) == ActivityStream.of(messages(1, 2, 3))


def test_forgetting_one_of_two_sources_leaves_what_the_other_brought(store: Store) -> None:
    put(store, messages(1, 2))
    put(store, messages(2, 3), name="other")
    assert store.forget("slack")
    assert store.activity(EVER) == ActivityStream.of(messages(2, 3))


def test_two_sources_that_differ_on_a_mention_give_the_mention(store: Store) -> None:
    put(store, [Message(5, outgoing=False, mention=True, conversation=ADA)])
    put(store, [Message(5, outgoing=False, mention=False, conversation=ADA)], name="other")
    assert list(store.activity(EVER).mention) == [1]


def test_a_conversation_keeps_the_wider_of_two_kinds(store: Store) -> None:
    wide, narrow = ADA._replace(kind=ConversationKind.GROUP), ADA
    for name, first, second in (("x", wide, narrow), ("y", narrow, wide)):
        put(store, messages(1, to=first), name=name)
        put(store, messages(2, to=second), name=name)
        assert store.activity(EVER).conversations == [wide]
        assert store.forget(name)


def test_the_window_is_half_open(store: Store) -> None:
    put(store, messages(9 * SECOND, 10 * SECOND, 20 * SECOND - 1, 20 * SECOND, to=TEAM))
    assert list(store.activity(Interval(10, 20)).at) == [10, 19]


def test_an_empty_stream_still_says_what_was_observed(store: Store) -> None:
    assert put(store, []) == ImportResult(Outcome.IMPORTED)
    assert put(store, []) == ImportResult(Outcome.UNCHANGED)
    assert store.coverage(SourceKind.ACTIVITY) == [Interval(0, 100)]
    assert store.activity(EVER) == ActivityStream()


def test_coverage_grows_and_skipped_is_the_last_one(store: Store) -> None:
    put(store, [], observed=(Interval(0, 10), Interval(30, 40)), skipped=(Skipped("a.zip", "x", "Broken."),))
    put(store, [], observed=(Interval(10, 20),), skipped=(Skipped("b.zip", "y", "Broken."),))
    assert store.coverage(SourceKind.ACTIVITY) == [Interval(0, 20), Interval(30, 40)]
    assert store.skipped() == [Skipped("b.zip", "y", "Broken.")]
