"""The outbox: a message once, and one sender at a time, whoever else looks and whatever dies."""

import datetime as dt
import os
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from oppwizard.data.store import Store
from oppwizard.data.tables import Message
from oppwizard.errors import NotFound, StaleWrite
from oppwizard.model.base import new_id
from oppwizard.model.notices import Event, Level, MessageState
from oppwizard.model.record import Record

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=10)
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def message(key: str, **values: Any) -> Message:
    given = {"event": Event.CREATED, "channel": "team", "title": key, "created_at": NOW, "next_at": NOW, **values}
    return Message(key=key, **given)


def claim(store: Store, now: dt.datetime = NOW, **more: Any) -> Message | None:
    return store.outbox.claim(new_id(), now, now + dt.timedelta(minutes=10), **{"urgent_only": False, **more})


def states(store: Store) -> dict[str, str]:
    return {one.key: one.state.value for one in store.outbox.listed(tuple(MessageState))}


def test_a_message_of_the_same_key_is_none(store: Store) -> None:
    assert store.outbox.add([message("a"), message("b"), message("a")]) == 2
    assert store.outbox.add([message("b"), message("c")]) == 1
    assert sorted(states(store)) == ["a", "b", "c"]


def test_it_is_written_with_its_change_or_not_at_all(
    path: Path, store: Store, new_deal: Any, save: Any, change: Any
) -> None:
    record: Record = save(store, new_deal())
    with Store.open(path) as other:
        theirs = other.load(record.id)
        other.commit(change(theirs, theirs.opportunity, "owner", "theirs", messages=[message("theirs")]))
    with pytest.raises(StaleWrite):
        store.commit(change(record, record.opportunity, "name", "mine", messages=[message("mine")]))
    assert states(store) == {"theirs": "waiting"}


def test_an_untried_message_gives_way_to_what_follows_from_a_correction(
    store: Store, new_deal: Any, save: Any, change: Any
) -> None:
    record: Record = save(store, new_deal())

    def revise(value: str, *messages: Message) -> None:
        batch = change(record, record.opportunity, "owner", value)
        batch.messages, batch.revised = list(messages), frozenset({Event.APPROVAL})
        store.commit(batch)

    approval = {"event": Event.APPROVAL, "record_id": record.id}
    revise("a", message("first", **approval), message("other event", record_id=record.id))
    revise("b", message("second", **approval))
    assert sorted(states(store)) == ["other event", "second"]
    store.outbox.add([message("of another record", event=Event.APPROVAL, record_id=new_id())])
    claimed = claim(store, without=())
    while claimed is not None and claimed.key != "second":
        claimed = claim(store)
    assert claimed is not None
    revise("c")
    assert states(store)["second"] == "sending"
    assert "of another record" in states(store)


def test_the_oldest_that_is_due_goes_first_and_once(store: Store) -> None:
    older, newer = NOW - dt.timedelta(hours=2), NOW - dt.timedelta(hours=1)
    store.outbox.add(
        [
            message("new", created_at=newer, next_at=newer),
            message("old", created_at=older, next_at=older),
            message("not yet", next_at=LATER),
            message("elsewhere", created_at=older, channel="chat"),
        ]
    )
    claimed = [claim(store, without=["chat"]) for _ in range(3)]
    assert [one.key if one else None for one in claimed] == ["old", "new", None]
    assert claimed[0] is not None
    assert claimed[0].attempts == 1
    assert states(store) == {"new": "sending", "old": "sending", "not yet": "waiting", "elsewhere": "waiting"}


def test_in_quiet_hours_only_what_is_urgent_goes(store: Store) -> None:
    store.outbox.add([message("calm"), message("urgent", level=Level.URGENT)])
    claimed = [claim(store, urgent_only=True) for _ in range(2)]
    assert [one.key if one else None for one in claimed] == ["urgent", None]


def test_many_threads_on_stores_of_their_own_claim_each_message_once(path: Path, store: Store) -> None:
    store.outbox.add([message(f"m{number}") for number in range(40)])
    claimed: list[str] = []
    start = threading.Barrier(4)

    def work() -> None:
        with Store.open(path) as own:
            start.wait()
            while (one := claim(own)) is not None:
                claimed.append(one.key)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(f"m{number}" for number in range(40))


@needs_fork
def test_a_sender_that_dies_leaves_a_message_perhaps_sent_and_nobody_sends_it_again(path: Path, store: Store) -> None:
    store.outbox.add([message("m")])
    store.close()
    child = os.fork()
    if child == 0:
        with Store.open(path) as own:
            claim(own)
            os._exit(0)  # between claim and mark
    os.waitpid(child, 0)
    with Store.open(path) as again:
        assert claim(again) is None
        assert again.outbox.lapse(LATER - dt.timedelta(seconds=1), "it ended") == 0
        assert again.outbox.lapse(LATER, "it ended") == 1
        assert claim(again, LATER) is None
        found = again.outbox.listed()
        assert [(one.state, one.problem) for one in found] == [(MessageState.UNCLEAR, "it ended")]


def test_a_slow_sender_may_still_say_that_it_was_sent(store: Store) -> None:
    store.outbox.add([message("m")])
    slow = claim(store)
    assert slow is not None
    store.outbox.lapse(LATER, "it ended")
    assert store.outbox.settle(slow, MessageState.SENT, LATER, problem="")
    assert states(store) == {"m": "sent"}


def test_nobody_settles_what_a_person_has_put_back(store: Store) -> None:
    store.outbox.add([message("m")])
    slow = claim(store)
    assert slow is not None
    store.outbox.lapse(LATER, "it ended")
    assert store.outbox.retry(slow.id, LATER)
    assert not store.outbox.settle(slow, MessageState.GIVEN_UP, LATER)
    assert states(store) == {"m": "waiting"}


@pytest.mark.parametrize(
    ("state", "retried", "dropped"),
    [
        (MessageState.WAITING, True, True),
        (MessageState.GIVEN_UP, True, True),
        (MessageState.UNCLEAR, True, True),
        (MessageState.DROPPED, True, False),
        (MessageState.SENDING, False, False),
        (MessageState.SENT, False, False),
    ],
)
def test_what_is_sent_or_under_way_is_nobodys_to_decide(
    store: Store, state: MessageState, retried: bool, dropped: bool
) -> None:
    store.outbox.add([message("again", state=state, attempts=9), message("never", state=state)])
    again, never = (one.id for one in sorted(store.outbox.listed(tuple(MessageState)), key=lambda one: one.key))
    assert store.outbox.retry(again, NOW) is retried
    assert store.outbox.drop(never, NOW) is dropped
    assert states(store)["again"] == ("waiting" if retried else state.value)
    assert states(store)["never"] == ("dropped" if dropped else state.value)
    assert {one.attempts for one in store.outbox.listed(tuple(MessageState)) if one.key == "again"} == {
        0 if retried else 9
    }


def test_old_ones_that_are_over_are_forgotten(store: Store) -> None:
    old = NOW - dt.timedelta(days=2)
    store.outbox.add(
        [
            message("sent long ago", state=MessageState.SENT, ended_at=old),
            message("sent", state=MessageState.SENT, ended_at=NOW),
            message("given up", state=MessageState.GIVEN_UP, created_at=old),
        ]
    )
    assert store.outbox.forget(NOW - dt.timedelta(days=1)) == 1
    assert sorted(states(store)) == ["given up", "sent"]


def test_a_message_is_found_by_either_end_of_its_identity(store: Store) -> None:
    ids = [UUID("01a2189e-0000-7000-8000-00000000aaaa"), UUID("01a2189e-0000-7000-8000-00000000bbbb")]
    store.outbox.add([message(str(one), id=one) for one in ids])
    assert [store.outbox.find(text).id for text in ("AAAA", str(ids[1]), "0000bbbb")] == [ids[0], ids[1], ids[1]]
    for text, problem in (("01a2", "several"), ("aaa", "no message"), ("", "no message"), ("cccc", "no message")):
        with pytest.raises(NotFound, match=problem):
            store.outbox.find(text)


def test_counts_name_every_state(store: Store) -> None:
    store.outbox.add([message("a"), message("b"), message("c", state=MessageState.SENT)])
    found = store.outbox.counts()
    assert set(found) == set(MessageState)
    assert (found[MessageState.WAITING], found[MessageState.SENT], found[MessageState.UNCLEAR]) == (2, 1, 0)
