"""An audit of real records: what it counts, what it says, and that it can be repeated (Q3)."""

import csv
import io
import json
from collections.abc import Iterator

import pytest

from oppwizard import i18n
from oppwizard.checks.facts import Fault, facts, of_rows, singles
from oppwizard.errors import NotFound
from oppwizard.model.enums import Stage, Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.quality.audit import Audited
from oppwizard.quality.audit_tables import audit_span, audit_tables
from oppwizard.quality.auditing import Asked, asked_then, audit, is_same, keep, kept, past
from oppwizard.quality.feedback import feedback
from oppwizard.quality.files import audit_csv, audit_json
from oppwizard.quality.report import audit_page
from oppwizard.walk import Walk
from oppwizard.walk.sample import walk_sample
from tests.checks.past_deals import FOREIGN, needs_foreign
from tests.quality.quarter import keep as keep_all, quarter
from tests.quality.test_results import Page

REPS = ("Ana", "Ben", "Chika")


@pytest.fixture
def team(walk: Walk) -> list[Record]:
    """Records of three reps, left at various stages, some of them with something wrong."""
    found = []
    for number, stage in enumerate((None, Stage.SCOPING, Stage.CREATION, None, Stage.QUALIFICATION, None)):
        record = walk_sample(walk, stage, sample=False)
        walk.save(walk.set(record, address("owner"), REPS[number % 3]))
        found.append(record)
    walk.save(walk.set(found[3], address("close_validated_by"), ""))
    walk.save(walk.set(found[5], address("why_us"), ""))
    walk.save(walk.set(found[5], address("next_step_on"), "2026-01-05"))
    walk.start("Sample", sample=True)
    walk.save(walk.set_aside(walk.start("Aside"), Status.NURTURE, "No money this year"))
    return [walk.load(record.id) for record in found]


def doc(found: Audited) -> str:
    return json.dumps(audit_json(found))


def everything(walk: Walk) -> Audited:
    return audit(walk, Asked(everything=True))


def test_the_figures_are_those_of_the_records_one_by_one(walk: Walk, team: list[Record]) -> None:
    told = everything(walk).figures
    assert told.whole is not None
    assert told.whole.records == len(team)
    judged = [(record, facts(walk.case(record), walk.verdict(record))) for record in team]
    for fault in Fault:
        assert told.whole.faults[fault].part == sum(fault in found.faults for _record, found in judged)
    for one in told.fields:
        number = (singles().index(one.spec), True) if one.spec in singles() else (of_rows().index(one.spec), False)
        bit, single = number
        due = [
            (record, found)
            for record, found in judged
            if one.spec.ask.stage <= max(record.opportunity.open_stage, 4 if record.exists else 0)
        ]
        done = sum((found.answered if single else found.answered_rows) >> bit & 1 for _record, found in due)
        assert (one.answered.part, one.answered.of) == (done, len(due)), one.spec.path
        assert sum(share.of for share in one.by_rep.values()) == len(due)
    assert [one.rep for one in told.reps] == [None, *REPS]


def test_the_database_and_one_by_one_say_the_same(walk: Walk, team: list[Record]) -> None:
    of_all = audit_json(everything(walk))
    sampled = audit_json(audit(walk, Asked(size=len(team), seed=1)))
    for name in ("population", "size", "reps", "fields", "stages", "stale"):
        assert of_all[name] == sampled[name], name
    for one, other in zip(of_all["records"], sampled["records"], strict=True):
        assert {**one, "points": []} == {**other, "points": []}


def test_a_finished_record_has_nearly_all_points(walk: Walk, finished: Record) -> None:
    found = everything(walk)
    assert found.records[0][0].id == finished.id
    assert found.records[0][1].total == pytest.approx(100)
    assert found.figures.whole is not None
    assert found.figures.whole.completion.rate == 1


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(walk: Walk, team: list[Record]) -> None:
    assert len(team) == 6
    first = doc(audit(walk, Asked(size=3, seed=7)))
    assert first == doc(audit(walk, Asked(size=3, seed=7)))
    drawn = {doc(audit(walk, Asked(size=3, seed=seed))) for seed in range(6)}
    assert len(drawn) > 1
    assert audit_page(audit(walk, Asked(size=3, seed=7))) == audit_page(audit(walk, Asked(size=3, seed=7)))


def test_an_audit_is_kept_once_and_can_be_repeated(walk: Walk, team: list[Record]) -> None:
    found = audit(walk, Asked(size=4, seed=3))
    reference = keep(walk, found)
    assert keep(walk, audit(walk, Asked(size=4, seed=3))) == reference
    assert [one.id for one in past(walk)] == [reference]
    before = kept(walk, reference.hex[-8:])
    assert is_same(before, audit(walk, asked_then(before)))
    walk.save(walk.set(team[0], address("budget_status"), ""))
    assert not is_same(before, audit(walk, asked_then(before)))
    with pytest.raises(NotFound, match="no audit"):
        kept(walk, "nothing")


def test_an_audit_does_not_hear_of_itself_or_of_later_ones(walk: Walk, team: list[Record]) -> None:
    today = walk.context.today
    keep(walk, everything(walk))
    again = everything(walk)
    assert again.earlier == ()
    walk.context.clock = lambda: today.replace(month=12)
    walk.save(walk.set(team[0], address("budget_status"), ""))
    later = everything(walk)
    assert [one.on for one in later.earlier] == [today]
    rows = audit_tables(later)[-1].rows
    assert [row[0] for row in rows] == [str(today), str(later.on)]


def test_facts_of_an_older_list_are_worked_out_anew(walk: Walk, team: list[Record]) -> None:
    expected = doc(everything(walk))
    walk.store.write_facts([(team[0].id, {"answered": 0, "answered_rows": 0, "faults": 1, "facts_version": 1})])
    assert doc(everything(walk)) == expected


def test_a_store_that_cannot_be_written_is_audited_too(walk: Walk, team: list[Record]) -> None:
    expected = audit_json(everything(walk))
    walk.store.write_facts([(team[0].id, {"answered": 0, "answered_rows": 0, "faults": 1, "facts_version": 1})])
    walk.store.read_only = True
    found = audit_json(everything(walk))
    assert found["reps"] == expected["reps"]
    assert found["fields"] == expected["fields"]


def test_a_rep_and_a_team_narrow_it(walk: Walk, team: list[Record]) -> None:
    found = audit(walk, Asked(rep="ANA"))
    assert {one.rep for one, _points in found.records} == {"Ana"}
    assert [one.rep for one in found.figures.reps] == ["Ana"]
    with pytest.raises(NotFound, match="Nobody"):
        audit(walk, Asked(rep="Nobody"))
    assert len(team) == 6


def test_a_coach_is_told_what_stands_out_and_what_to_ask(walk: Walk, team: list[Record]) -> None:
    said = {rep: " ".join(map(str, texts)) for rep, texts in feedback(everything(walk))}
    assert said.keys() == set(REPS)
    assert all(len(texts) <= 5 for _rep, texts in feedback(everything(walk)))
    assert "of 2 records" in said["Chika"]
    assert "%" not in said["Ana"]
    assert len(team) == 6


def test_an_empty_store_has_nothing_to_audit(walk: Walk) -> None:
    for asked in (Asked(), Asked(everything=True)):
        found = audit(walk, asked)
        assert (found.population, found.size, found.figures.reps) == (0, 0, ())
        page = Page(audit_page(found))
        assert "There is no record to audit." in page.text
        assert page.pictures == 0
        keep(walk, found)
    assert all(one.points is None for one in past(walk))


def test_one_draft_is_told_as_one_of_one(walk: Walk) -> None:
    walk.start("Acme")
    found = everything(walk)
    shown = [cell for table in audit_tables(found) for row in table.rows for cell in row]
    assert "0 of 1" in shown
    assert "1 of 1" in shown


def test_the_files_say_what_the_figures_say(walk: Walk, team: list[Record]) -> None:
    found = audit(walk, Asked(everything=True, each=True))
    rows = list(csv.DictReader(io.StringIO(audit_csv(found))))
    assert {row["id"] for row in rows} == {str(record.id) for record in team}
    assert [float(row["total"]) for row in rows] == sorted(float(row["total"]) for row in rows)
    page = Page(audit_page(found))
    assert not page.runs
    assert page.pictures >= 3
    for table in audit_tables(found):
        assert str(table.title) in page.text
        assert all(cell in page.text for row in table.rows for cell in row if cell)


def test_text_from_outside_stays_text(walk: Walk) -> None:
    record = walk.start("=1+1<script>alert(1)</script>\x1b[31m")
    walk.save(walk.set(record, address("owner"), "=cmd|' /C calc'!A0"))
    found = audit(walk, Asked(everything=True, each=True))
    assert not Page(audit_page(found)).runs
    assert "\x1b" not in audit_page(found)
    (row,) = csv.DictReader(io.StringIO(audit_csv(found)))
    assert not row["title"].startswith("=")
    assert not row["rep"].startswith("=")


@needs_foreign
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_quarter_is_audited_in_every_language(walk: Walk, language: str) -> None:
    keep_all(walk, quarter(FOREIGN.parent, every=12))
    i18n.use(language)
    found = audit(walk, Asked(size=25, seed=5))
    assert found.size == 25
    assert found.stale
    told = list(_words(found))
    i18n.use(i18n.SOURCE)
    for text, english in zip(told, _words(found), strict=True):
        assert english.isascii(), english
        assert (text == english) == (language == i18n.SOURCE) or " " not in english, "languages may share a word only"


def _words(found: Audited) -> Iterator[str]:
    yield str(audit_span(found))
    for table in audit_tables(found):
        yield str(table.title)
        yield from map(str, table.notes)
    for _rep, texts in feedback(found):
        yield from (str(text).replace("“", '"').replace("”", '"') for text in texts)


def test_the_trend_is_one_of_the_same_records(walk: Walk, team: list[Record]) -> None:
    today = walk.context.today
    keep(walk, everything(walk))
    keep(walk, audit(walk, Asked(rep="Ana")))
    walk.context.clock = lambda: today.replace(month=12)
    (all_then,) = everything(walk).earlier
    (ana_then,) = audit(walk, Asked(rep="Ana")).earlier
    assert (all_then.size, ana_then.size) == (6, 2)
    assert audit(walk, Asked(rep="Ben")).earlier == ()
    assert len(team) == 6


def test_a_single_record_is_told_as_one(walk: Walk) -> None:
    walk.start("Acme")
    ((_rep, said),) = feedback(everything(walk))
    assert all("1 of 1" not in str(text) for text in said)
    assert any(str(text).startswith("The one record looked at: “") for text in said)
