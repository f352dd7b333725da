"""Sending: once each, again after a failure, in its own time, and honest about what nobody can know (A4)."""

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from oppwizard.data.tables import Message
from oppwizard.i18n import T
from oppwizard.model.base import new_id
from oppwizard.model.notices import Event, Level, MessageState
from oppwizard.notify.channels import NotDelivered, Place, Unready
from oppwizard.notify.flushing import CLAIMED_FOR, Flushed, flush, wait_after
from oppwizard.playbook.notifying import Notify
from oppwizard.walk import Walk, open_walk
from tests.notify.settings import ruled, settings, waiting

MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
"""A working day."""


class Service:
    """A channel that a test takes down and up again; keeps what arrived."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.problem: Exception | None = None

    def __call__(self, place: Place, message: Message) -> None:
        if self.problem is not None:
            raise self.problem
        self.arrived.append(message.title)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def sending(walk: Walk, service: Service, clock: time_machine.Traveller) -> Callable[..., Flushed]:
    """Put messages into the outbox, then flush; attempts are spread by nothing."""
    walk.context.clock = lambda: dt.datetime.now(dt.UTC).date()

    def run(*titles: str, **values: Any) -> Flushed:
        put(walk, *titles, **values)
        return flush(ruled(walk, {"on": "won"}) if not walk.playbook.notify.rules else walk, service, lambda: 1.0)

    return run


def put(walk: Walk, *titles: str, **values: Any) -> None:
    now = dt.datetime.now(dt.UTC)
    given = {"event": Event.CREATED, "channel": "team", "created_at": now, "next_at": now, **values}
    walk.store.outbox.add([Message(key=str(new_id()), title=title, **given) for title in titles])


def one(walk: Walk) -> Message:
    (found,) = waiting(walk)
    return found


def down() -> NotDelivered:
    return NotDelivered(T("The file cannot be written: {cause}", cause="no route"))


def test_what_is_due_is_sent_once_in_order(walk: Walk, service: Service, sending: Callable[..., Flushed]) -> None:
    assert sending("first", "second").sent == 2
    assert sending().sent == 0
    assert service.arrived == ["first", "second"]
    assert {(message.state, message.ended_at) for message in waiting(walk)} == {(MessageState.SENT, MONDAY)}


def test_a_channel_that_fails_is_left_alone_and_tried_again_ever_later(
    walk: Walk, service: Service, sending: Callable[..., Flushed], clock: time_machine.Traveller
) -> None:
    service.problem = down()
    done = sending("first", "second")
    assert (done.failed, done.sent, done.is_well) == (1, 0, False)
    first, second = waiting(walk)
    assert (first.state, first.attempts, first.problem) == (
        MessageState.WAITING,
        1,
        "The file cannot be written: no route",
    )
    assert first.next_at == MONDAY + dt.timedelta(seconds=60)
    assert (second.attempts, second.next_at) == (0, MONDAY)

    clock.shift(60)
    sending()
    assert waiting(walk)[0].next_at == MONDAY + dt.timedelta(seconds=180)
    service.problem = None
    clock.shift(120)
    assert sending().sent == 2
    assert sorted(service.arrived) == ["first", "second"]
    assert [message.problem for message in waiting(walk)] == ["", ""]


def test_a_channel_that_fails_does_not_hold_up_another(
    walk: Walk, service: Service, sending: Callable[..., Flushed]
) -> None:
    def flaky(place: Place, message: Message) -> None:
        if message.channel == "team":
            raise down()
        service(place, message)

    ruled(walk, {"on": "won"}, channels={"team": "file:a", "chat": "file:b"})
    put(walk, "to team", "to team too")
    put(walk, "to chat", channel="chat")
    assert (flush(walk, flaky).sent, service.arrived) == (1, ["to chat"])


def test_after_so_many_attempts_it_is_given_up_with_the_reason_and_can_be_sent_by_hand(
    walk: Walk, service: Service, sending: Callable[..., Flushed], clock: time_machine.Traveller
) -> None:
    ruled(walk, {"on": "won"}, attempts=3)
    service.problem = down()
    put(walk, "m")
    tries = []
    for _ in range(5):
        done = flush(walk, service)
        tries.append((done.failed, done.given_up))
        clock.shift(7 * 3_600)
    assert tries == [(1, 0), (1, 0), (0, 1), (0, 0), (0, 0)]
    assert (one(walk).state, one(walk).attempts) == (MessageState.GIVEN_UP, 3)
    assert "no route" in one(walk).problem

    service.problem = None
    walk.store.outbox.retry(one(walk).id, walk.context.now)
    assert flush(walk, service).sent == 1


def test_the_wait_doubles_up_to_a_limit_and_is_spread() -> None:
    notify = Notify(retry_seconds=60, retry_longest_minutes=10)
    assert [wait_after(n, notify, 1.0).total_seconds() for n in (1, 2, 3, 4, 5, 100)] == [60, 120, 240, 480, 600, 600]
    assert [wait_after(2, notify, jitter).total_seconds() for jitter in (0.0, 0.5)] == [90, 105]


def test_a_channel_that_cannot_be_used_costs_no_attempt(
    walk: Walk, service: Service, sending: Callable[..., Flushed]
) -> None:
    service.problem = Unready(T("The keyring cannot be asked"), T("Unlock it, then try again."))
    for _ in range(3):
        done = sending(*(() if waiting(walk) else ("first", "second")))
    assert done.held == {"team": "The keyring cannot be asked. Unlock it, then try again."}
    assert {(message.state, message.attempts) for message in waiting(walk)} == {(MessageState.WAITING, 0)}
    assert {message.problem for message in waiting(walk)} == set(done.held.values())
    service.problem = None
    assert sending().sent == 2


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), RuntimeError("a fault of ours")])
def test_what_is_interrupted_while_it_is_sent_is_perhaps_sent(
    walk: Walk, service: Service, sending: Callable[..., Flushed], fault: BaseException
) -> None:
    def interrupted(place: Place, message: Message) -> None:
        raise fault

    put(ruled(walk), "m")
    with pytest.raises(type(fault)):
        flush(walk, interrupted)
    assert one(walk).state is MessageState.UNCLEAR
    assert (sending().sent, service.arrived) == (0, [])


def test_a_sender_that_ended_without_a_word_is_told_of_once_and_nothing_is_sent_twice(
    walk: Walk, service: Service, sending: Callable[..., Flushed], clock: time_machine.Traveller
) -> None:
    put(ruled(walk), "m")
    walk.store.outbox.claim(new_id(), MONDAY, MONDAY + CLAIMED_FOR, urgent_only=False)
    assert sending().is_well
    clock.shift(CLAIMED_FOR)
    assert [sending().unclear, sending().unclear] == [1, 0]
    assert service.arrived == []
    assert "may have arrived, or not" in one(walk).problem


def test_two_flushes_at_the_same_time_send_each_message_once(walk: Walk) -> None:
    put(ruled(walk), *(f"m{number}" for number in range(20)))
    walks = [ruled(open_walk(walk.context)) for _ in range(3)]
    arrived: list[str] = []
    start = threading.Barrier(3)

    def work(own: Walk) -> None:
        start.wait()
        flush(own, lambda place, message: arrived.append(message.title))

    threads = [threading.Thread(target=work, args=[own]) for own in walks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for own in walks:
        own.store.close()
    assert sorted(arrived) == sorted(f"m{number}" for number in range(20))


def test_in_quiet_hours_messages_wait_but_for_urgent_ones(
    walk: Walk, service: Service, sending: Callable[..., Flushed], clock: time_machine.Traveller
) -> None:
    ruled(walk, {"on": "won"})
    local = walk.context.now
    begins, ends = (local + dt.timedelta(hours=by) for by in (-1, 2))
    hours = {"quiet_from": begins.time(), "quiet_until": ends.time()}
    walk.playbook = walk.playbook.model_copy(update={"notify": settings({"on": "won"}, **hours)})
    put(walk, "calm")
    put(walk, "urgent", level=Level.URGENT)
    done = sending()
    assert (done.quiet_until, service.arrived) == (ends, ["urgent"])
    clock.shift(2 * 3_600)
    assert (sending().quiet_until, service.arrived) == (None, ["urgent", "calm"])


def test_on_days_of_rest_messages_wait(
    walk: Walk, service: Service, sending: Callable[..., Flushed], clock: time_machine.Traveller
) -> None:
    ruled(walk, {"on": "won"}, workdays_only=True)
    clock.move_to(dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC))  # a Saturday, wherever it is noon
    assert (sending("m").sent, service.arrived) == (0, [])
    clock.move_to(dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC))  # Thanksgiving
    assert sending().quiet_until is not None
    clock.move_to(dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC))
    assert sending().sent == 1


def test_a_flush_stops_when_it_is_told_to(walk: Walk, service: Service, sending: Callable[..., Flushed]) -> None:
    put(ruled(walk), "a", "b", "c")
    assert flush(walk, service, is_over=lambda: len(service.arrived) == 2).sent == 2
    assert [message.state.value for message in waiting(walk)] == ["sent", "sent", "waiting"]


def test_what_was_sent_long_ago_is_forgotten(
    walk: Walk, sending: Callable[..., Flushed], clock: time_machine.Traveller
) -> None:
    sending("old")
    clock.shift(dt.timedelta(days=181))
    sending("new")
    assert [message.title for message in waiting(walk)] == ["new"]


def test_into_a_file_each_message_is_a_line_of_json_for_its_owner_alone(
    walk: Walk, clock: time_machine.Traveller, tmp_path: Path
) -> None:
    file = tmp_path / "out.jsonl"
    ruled(walk, {"on": "won"}, channels={"team": f"file:{file}"})
    put(walk, "eins", "一つ\nzwei")
    assert flush(walk).sent == 2
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["title"] for line in lines] == ["eins", "一つ\nzwei"]
    assert (lines[0]["channel"], lines[0]["at"], file.stat().st_mode & 0o777) == (
        "team",
        "2026-11-23T09:00:00+00:00",
        0o600,
    )
