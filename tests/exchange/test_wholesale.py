"""Exports of all records: what the database puts together is, byte for byte, what is written record by record."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from oppwizard.data import bulk
from oppwizard.errors import ValueProblem
from oppwizard.exchange import line_stream, wholesale
from oppwizard.exchange.export import ExportResult, export
from oppwizard.exchange.line_helper import Helper
from oppwizard.exchange.wholesale import documents
from oppwizard.i18n import T
from oppwizard.model.enums import EXISTING, Stage, Status
from oppwizard.model.findings import Address, Finding, address
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.playbook.fields import CustomField
from oppwizard.process import gates
from oppwizard.process.case import Case, block
from oppwizard.walk import Walk
from oppwizard.walk.closing import Closing, close
from tests.exchange.conftest import another

pytestmark = pytest.mark.file

KINDS = ("csv", "json", "jsonl")
TEXTS = ("why_us", "account.headquarters", "next_step_owner")
STRANGE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40) | st.sampled_from(
    ["=1+1", "-5", "+81312345678", " @x", "a\x85b\u2028c", '"', "a,b;c", "’", "\x7f", "\ufeff=x", "é\x9f", "𠮷野家"]
)


def written(
    walk: Walk, kind: str, folder: Path, ids: list[UUID] | None = None
) -> tuple[ExportResult, dict[str, bytes]]:
    result = export(walk, ids, kind, folder)
    return result, {path.name: path.read_bytes() for path in result.paths}


def forget(walk: Walk) -> None:
    """Let every record have been judged by other rules, so that each is loaded and judged again."""
    with sqlite3.connect(walk.store.path) as connection:
        connection.execute("UPDATE opportunity SET judged_by = 0")


def typed(walk: Walk, record: Record, at: Address, text: str) -> None:
    """Answer a field, if the text is one that is taken there."""
    with contextlib.suppress(ValueProblem):
        walk.save(walk.set(record, at, text))


def playing_by(walk: Walk, **settings: Any) -> Walk:
    """The same store under another playbook."""
    playbook = Playbook.model_validate(walk.playbook.model_dump() | settings)
    return Walk(walk.store, playbook, walk.context)


def sure(walk: Walk) -> set[UUID]:
    return {ready.id for ready in documents(walk) if ready.text is not None}


def same_both_ways(walk: Walk, folder: Path, kinds: tuple[str, ...] = KINDS) -> dict[str, bytes]:
    """Export everything with and without the database's help; what was written, once it is found to be the same."""
    together = {kind: written(walk, kind, folder / f"{kind}-together") for kind in kinds}
    forget(walk)
    assert sure(walk) == set()
    found: dict[str, bytes] = {}
    for kind in kinds:
        one_by_one, files = written(walk, kind, folder / f"{kind}-apart")
        result, told = together[kind]
        assert told == files
        assert (result.count, result.left_out, result.warnings) == (
            one_by_one.count,
            one_by_one.left_out,
            one_by_one.warnings,
        )
        found |= files
    if "csv" in kinds and together["csv"][0].count:
        named(walk, together["csv"], folder / "csv-named")
    return found


def named(walk: Walk, together: tuple[ExportResult, dict[str, bytes]], folder: Path) -> None:
    """What was written by tables is what is written of the same records, row by row, when each is named."""
    result, files = together
    left = {one.id for one in result.left_out}
    ids = [one for one in walk.store.ids(frozenset(EXISTING)) if one not in left]
    one_by_one, told = written(walk, "csv", folder, ids)
    assert files == told
    assert (result.count, result.warnings) == (one_by_one.count, one_by_one.warnings)


def test_a_finished_deal_is_known_to_hold(walk: Walk, finished: Record, tmp_path: Path) -> None:
    assert sure(walk) == {finished.id}
    assert b"Harbor Tools" in same_both_ways(walk, tmp_path)["opportunities.csv"]


def test_several_deals_drafts_and_samples(walk: Walk, finished: Record, tmp_path: Path) -> None:
    walk.start("Only a draft")
    other = another(walk, finished, tmp_path, sample=False)
    another(walk, finished, tmp_path, sample=True)
    record = walk.load(other)
    walk.save(close(walk, record, Closing(Status.WON, "fit", on="today", amount="61234.5")))
    found = same_both_ways(walk, tmp_path)
    assert found["opportunities.jsonl"].count(b"\n") == 2
    assert b"61234.5" in found["opportunities.csv"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.tuples(*[STRANGE] * len(TEXTS)), name=STRANGE, note=STRANGE, amount=st.integers(0, 10**9))
def test_strange_texts(
    walk: Walk,
    finished: Record,
    tmp_path_factory: pytest.TempPathFactory,
    texts: tuple[str, ...],
    name: str,
    note: str,
    amount: int,
) -> None:
    record = walk.load(finished.id)
    for path, text in zip(TEXTS, texts, strict=True):
        typed(walk, record, address(path), text)
    typed(walk, record, Address("people", "name", record.people[0].id), name)
    walk.save(walk.note(record, f"x{note}"))
    walk.save(walk.set(record, address("account.annual_revenue"), f"{amount / 100:.2f} EUR"))
    same_both_ways(walk, tmp_path_factory.mktemp("both"), ("csv", "jsonl"))


def test_own_fields(walk: Walk, finished: Record, tmp_path: Path) -> None:
    fields = (
        CustomField(name="region", label={"en": "Region"}),
        CustomField(name="seats", label={"en": "Seats"}, kind="decimal"),
        CustomField(name="sponsor", label={"en": "Sponsor"}, kind="person"),
        CustomField(name="gone", label={"en": "Gone"}),
    )
    walk = playing_by(walk, fields=fields)
    record = walk.load(finished.id)
    for name, text in (("region", 'North, "cold"'), ("seats", "12.50"), ("gone", "Kept")):
        walk.save(walk.set(record, Address("custom", name), text))
    walk = playing_by(walk, fields=fields[:3])
    record = walk.load(finished.id)
    walk.save(walk.set(record, address("why_us"), "Judged by this playbook"))
    assert sure(walk) == {finished.id}
    found = same_both_ways(walk, tmp_path)
    assert b'{"region": "North, \\"cold\\"", "seats": 12.5, "gone": "Kept"}' in found["opportunities.jsonl"]
    walk.save(walk.set(record, Address("custom", "sponsor"), "Dana Whitfield"))
    assert b'"Dana Whitfield"' in same_both_ways(walk, tmp_path / "person")["opportunities.csv"]


def _other_playbook(walk: Walk, record: Record) -> Walk:
    return playing_by(walk, committee={"minimum": 3})


def _account_changed(walk: Walk, record: Record) -> Walk:
    with sqlite3.connect(walk.store.path) as connection:
        connection.execute("UPDATE account SET industry = NULL, updated_at = '2099-01-01 00:00:00.000000'")
    return walk


def _person_changed(walk: Walk, record: Record) -> Walk:
    with sqlite3.connect(walk.store.path) as connection:
        connection.execute("UPDATE contact SET email = NULL, updated_at = '2099-01-01 00:00:00.000000'")
    return walk


def _typed(walk: Walk, record: Record) -> Walk:
    walk.save(walk.hold(record, address("close_on"), "some day"))
    return walk


@pytest.mark.parametrize("change", [_other_playbook, _account_changed, _person_changed, _typed])
def test_what_may_be_judged_otherwise_now_is_judged_again(
    walk: Walk, finished: Record, change: Callable[[Walk, Record], Walk]
) -> None:
    assert sure(walk) == {finished.id}
    assert sure(change(walk, finished)) == set()


@pytest.mark.parametrize("change", [_account_changed, _person_changed, _typed])
def test_what_does_not_hold_any_more_stays(
    walk: Walk, finished: Record, tmp_path: Path, change: Callable[[Walk, Record], Walk]
) -> None:
    change(walk, finished)
    for kind in KINDS:
        result = export(walk, None, kind, tmp_path / kind)
        assert (result.count, len(result.left_out)) == (0, 1)


def test_a_check_that_came_since_is_asked(
    walk: Walk, finished: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strict(case: Case) -> Iterator[Finding]:
        yield block("budget.never", "W1.1", Stage.QUALIFICATION, "budget_amount", T("Too much"), T("Say less."))

    assert sure(walk) == {finished.id}
    first = Stage.QUALIFICATION
    monkeypatch.setattr(gates, "RULES", {**gates.RULES, first: (*gates.RULES[first], strict)})
    assert sure(walk) == set()
    result, _files = written(walk, "csv", tmp_path)
    assert [one.id for one in result.left_out] == [finished.id]


def test_rows_of_records_that_stay_are_in_no_file(walk: Walk, finished: Record, tmp_path: Path) -> None:
    walk.start("Only a draft")
    stays = walk.load(another(walk, finished, tmp_path, sample=False))
    walk.save(walk.hold(stays, address("close_on"), "some day"))
    found = same_both_ways(walk, tmp_path, ("csv",))
    assert not any(str(stays.id).encode() in text for text in found.values())
    assert all(str(finished.id).encode() in found[f"{name}.csv"] for name in ("opportunities", "roles", "next_steps"))


def test_a_person_of_two_deals_is_written_once(walk: Walk, finished: Record, tmp_path: Path) -> None:
    other = walk.load(another(walk, finished, tmp_path, sample=False))
    with sqlite3.connect(walk.store.path) as connection:
        connection.execute("UPDATE opportunity SET account_id = ?", (finished.account.id.hex,))
        for ours, theirs in zip(finished.people, other.people, strict=True):
            shared = (ours.contact.id.hex, theirs.id.hex)
            connection.execute("UPDATE stakeholder SET contact_id = ? WHERE id = ?", shared)
    found = same_both_ways(walk, tmp_path, ("csv",))
    assert found["accounts.csv"].count(b"\n") == 2
    assert found["contacts.csv"].count(b"\n") == 1 + len(finished.people)
    assert found["roles.csv"].count(str(finished.people[0].contact.id).encode()) >= 2


def test_formulas_are_named_file_by_file(walk: Walk, finished: Record, tmp_path: Path) -> None:
    other = walk.load(another(walk, finished, tmp_path, sample=False))
    for record in (finished, other):
        person = record.people[0]
        walk.save(walk.set(record, Address("people", "title", person.id), "@work"))
        walk.save(walk.set(record, address("why_us"), 'Commas,\n"=quoted", and ""'))
        walk.save(walk.set(record, address("objections"), "-1+2"))
    same_both_ways(walk, tmp_path, ("csv",))
    warnings = export(walk, None, "csv", tmp_path / "again").warnings
    deals = sorted((finished, other), key=lambda record: record.id)
    assert [(one.file, one.row, one.column) for one in warnings] == [
        *(("opportunities.csv", str(record.id), "objections") for record in deals),
        *(("contacts.csv", str(record.people[0].contact.id), "title") for record in deals),
    ]


def test_a_second_process_writes_tables(
    walk: Walk, finished: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = walk.load(another(walk, finished, tmp_path, sample=False))
    walk.save(walk.set(other, Address("people", "title", other.people[0].id), "@work"))
    alone, files = written(walk, "csv", tmp_path / "alone")
    monkeypatch.setattr(bulk, "WORTH_HALVING", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    helpers: list[Helper] = []
    begin = Helper.__enter__

    def waited(helper: Helper) -> Helper:
        helpers.append(helper)
        list(helper.done())  # so that it does all there is to do
        return begin(helper)

    monkeypatch.setattr(Helper, "__enter__", waited)
    helped = written(walk, "csv", tmp_path / "helped")
    assert helped[1] == files
    assert helped[0].warnings == alone.warnings
    assert len(list(helpers[-1].done())) == len(files) - 1
    monkeypatch.setattr(line_stream, "__name__", "oppwizard.nothing")
    assert written(walk, "csv", tmp_path / "failed")[1] == files
    assert len(helpers[-1].failed) == 1
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    assert written(walk, "csv", tmp_path / "unhelped")[1] == files
    assert not helpers[-1].failed


def test_a_second_process_leaves_a_store_that_has_changed(walk: Walk, finished: Record) -> None:
    with walk.store.snapshot() as snapshot:
        command = [sys.executable, "-m", line_stream.__name__, snapshot.address, bulk.MARK]
        for mark, status in ((snapshot.mark, 0), (snapshot.mark - 1, 1)):
            done = subprocess.run([*command, str(mark)], stdin=subprocess.DEVNULL, check=False)
            assert done.returncode == status


def test_a_second_process_puts_the_second_half_together(
    walk: Walk, finished: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        another(walk, finished, tmp_path, sample=False)
    alone = written(walk, "json", tmp_path / "alone")[1]
    monkeypatch.setattr(bulk, "WORTH_HALVING", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    helped: list[bool] = []
    rest = wholesale._Helper.rest

    def seen(helper: wholesale._Helper) -> object:
        found = rest(helper)
        helped.append(found is not None)
        return found

    monkeypatch.setattr(wholesale._Helper, "rest", seen)
    assert written(walk, "json", tmp_path / "halved")[1] == alone
    assert helped == [True]
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    assert written(walk, "json", tmp_path / "unhelped")[1] == alone
    assert helped == [True, False]
