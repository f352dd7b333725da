"""Two people at a team's store: each sees the other, and what the other changes (team store)."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from oppwizard.data.lists import ListQuery
from oppwizard.model.enums import Stage
from oppwizard.model.findings import address
from tests.screens.driving import ROOMY, Rep, rep
from tests.team.conftest import Office


@asynccontextmanager
async def at_work(office: Office, login: str) -> AsyncIterator[Rep]:
    async with rep(office.context(login), size=ROOMY) as person:
        yield person


async def test_each_is_named_to_the_other_and_sees_what_is_changed(office: Office) -> None:
    mona = office.walk("mona")
    walk = office.walk("ann")
    record = walk.start("Acme")
    async with at_work(office, "ann") as ann:
        await ann.sees("Acme")
        await ann.opens(record.id, Stage.QUALIFICATION)
        await ann.until(lambda: mona.company(record.id) == ["Ann Abel"])
        await ann.reads("#state", "also here: Mona Mai")
        mona.save(mona.set(mona.load(record.id), address("budget_source"), "Their own CFO"))
        await ann.until(lambda: ann.field("budget_source").text == "Their own CFO")
        mona.company(None)
        await ann.until(lambda: "also here" not in ann.text_of("#state"))
        await ann.leaves()
        await ann.until(lambda: mona.company(record.id) == [])


async def test_what_others_begin_appears_in_the_list(office: Office) -> None:
    async with at_work(office, "mona") as mona:
        await mona.comes_home()
        office.walk("ann").start("Newcomers")
        await mona.sees("Newcomers")


async def test_a_stale_write_shows_both_values(office: Office) -> None:
    walk = office.walk("ann")
    record = walk.start("Acme")
    mona = office.walk("mona")
    async with at_work(office, "ann") as ann:
        await ann.opens(record.id, Stage.QUALIFICATION, "pain_points")
        await ann.types("Mine")
        mona.save(mona.set(mona.load(record.id), address("pain_points"), "Theirs"))
        await ann.press("tab")
        await ann.sees("Mine", "Theirs")


def test_own_changes_are_no_news(office: Office) -> None:
    walk = office.walk("ann")
    before = walk.store.data_version()
    record = walk.start("Acme")
    assert walk.store.data_version() == before
    other = office.walk("mona")
    other.save(other.set(other.load(record.id), address("pain_points"), "Slow"))
    end = time.monotonic() + 20
    while walk.store.data_version() == before:
        assert time.monotonic() < end, "the news does not come"
    assert [line.title for line in other.store.every(ListQuery())] == ["Acme"]
