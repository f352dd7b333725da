"""What a member is told of records that they do not see, by the program and by a hand-written client (A8)."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine

from oppwizard.checks.unseen import Unseen
from oppwizard.cli.running import run
from oppwizard.data.schema import config
from oppwizard.exchange.judgement import judgement
from oppwizard.model.enums import Severity, Status
from oppwizard.model.findings import Finding, address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from tests import served
from tests.team.conftest import Office

COMPANY, SCALE = "Weber Instruments GmbH", 10_000
DAY = "2027-02-15"


def begun(walk: Walk, company: str = COMPANY, amount: str = "100000", close_on: str = DAY) -> Record:
    """A draft of a size and close date; of none where they are empty."""
    record = walk.start(company)
    line = walk.add(record, "lines")
    walk.save(line)
    answers = {f"lines[{line.row}].quantity": "1", f"lines[{line.row}].unit_price": amount, "close_on": close_on}
    for path, text in ({"currency": "EUR"} | answers).items():
        if text:
            walk.save(walk.set(record, address(path), text))
    return record


def told(walk: Walk, record: Record) -> tuple[Unseen, ...]:
    return walk.checked(walk.load(record.id)).unseen


def findings(walk: Walk, record: Record) -> list[Finding]:
    found = walk.verdict(walk.load(record.id)).findings
    return [each for each in found if each.code.startswith("duplicate")]


def asked(office: Office, login: str, accounts: list[UUID], *mine: Any) -> list[tuple[Any, ...]]:
    """What a hand-written client is answered."""
    values = mine or (None, None, None)
    return office.sql(login, "SELECT * FROM oppwizard_hidden(%s::uuid[], %s, %s, %s)", accounts, *values)


def test_a_rep_is_told_that_there_is_one_and_whose_and_no_more(office: Office) -> None:
    eve, ann = office.walk("eve"), office.walk("ann")
    theirs, mine = begun(eve), begun(ann, "Weber Instruments")
    (one,) = told(ann, mine)
    assert (one.account, one.owner) == (COMPANY, "Eve East")
    assert one.because == "same account by name, about as large, closes about then"
    assert 0.9 < one.strength < 0.92
    (finding,) = findings(ann, mine)
    assert (finding.code, finding.severity) == ("duplicate.unseen", Severity.WARN)
    assert str(finding.message).startswith("May be the same deal as a record of Eve East that you may not open")
    assert "Ask Eve East" in str(finding.remedy)
    lines = [line.text for line in judgement(ann, ann.load(mine.id), 40)]
    assert any("a record of Eve East that you may not open; ask Eve East" in line for line in lines)
    assert str(theirs.id) not in " ".join(lines)


def test_it_waits_for_nothing_and_is_answered_by_a_sentence(office: Office) -> None:
    begun(office.walk("eve"))
    ann = office.walk("ann")
    mine = begun(ann)
    ann.save(ann.set(mine, address("different_because"), "Their subsidiary buys for itself"))
    (finding,) = findings(ann, mine)
    assert (finding.code, finding.severity) == ("duplicate.stated", Severity.INFO)


def test_what_is_seen_is_told_as_ever_and_not_twice(office: Office) -> None:
    ann, mona = office.walk("ann"), office.walk("mona")
    theirs, mine = begun(ann), begun(mona)
    assert told(mona, mine) == ()
    assert [each.id for each in mona.checked(mona.load(mine.id)).candidates] == [theirs.id]
    assert [each.owner for each in told(ann, theirs)] == ["Mona Mai"]


def test_what_is_known_to_differ_is_not_told(office: Office) -> None:
    theirs = begun(office.walk("eve"))
    ours = (100_000 * SCALE, "EUR", dt.date(2027, 2, 15))
    seen = "UPDATE opportunity SET amount = %s, close_on = %s"
    for amount, day, alike in (
        (100_000, "2027-02-15", 3),
        (145_000, "2027-05-01", 3),
        (None, "2027-02-15", 1),
        (100_000, None, 2),
        (None, None, 0),
        (400_000, "2027-02-15", None),
        (100_000, "2028-02-15", None),
    ):
        office.sql("", seen, None if amount is None else amount * SCALE, day)
        found = asked(office, "ann", [theirs.account.id], *ours)
        assert [row[2] for row in found] == ([] if alike is None else [alike])
    assert asked(office, "ann", [theirs.account.id], ours[0], "USD", None) == [(theirs.account.id, "Eve East", 0)]


def test_samples_closed_deals_and_other_companies_are_not_told(office: Office) -> None:
    eve, ann = office.walk("eve"), office.walk("ann")
    begun(eve, "Copper Freight")
    eve.save(eve.set_aside(begun(eve), Status.NURTURE, "Their budget is for next year"))
    eve.start(COMPANY, sample=True)
    mine = begun(ann)
    assert told(ann, mine) == ()
    assert ann.all_unseen(0.0) == []


def test_several_records_of_one_owner_are_one_answer(office: Office) -> None:
    eve = office.walk("eve")
    first = begun(eve)
    begun(eve)
    assert asked(office, "ann", [first.account.id]) == [(first.account.id, "Eve East", 0)]


def test_the_command_lists_them_beside_the_pairs(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(office.walk("eve"))
    mine = begun(office.walk("ann"))
    monkeypatch.setenv("OPPWIZARD_DB", str(office.of("ann")))

    def said(*words: str) -> str:
        capsys.readouterr()
        run(words)
        return capsys.readouterr().out

    found = json.loads(said("duplicates", "--json"))
    assert (found["pairs"], found["unseen_count"]) == ([], 1)
    (one,) = found["unseen"]
    assert (one["account"], one["owner"], one["record"]["id"]) == (COMPANY, "Eve East", str(mine.id))
    assert "a record of Eve East that you may not open; ask Eve East" in said("duplicates")
    assert said("duplicates", "--min-strength", "95") == ""
    judged = json.loads(said("check", str(mine.id), "--json"))
    assert judged["unseen_duplicates"][0]["owner"] == "Eve East"


# By hand


def test_asking_by_hand_finds_out_no_figure(office: Office) -> None:
    """The edges of what is alike are those of bands and quarters, wherever the amount and the day lie in them."""
    eve = office.walk("eve")
    one, other = begun(eve, "Abel Works", "110000", "2027-01-05"), begun(eve, "Baker Works", "125000", "2027-03-30")

    def edges(record: Record) -> list[bool]:
        sizes = "SELECT (100000000 * 1.06 ^ n)::bigint AS size, NULL::date AS day FROM generate_series(1, 60) n"
        days = "SELECT NULL, '2026-06-01'::date + 9 * n FROM generate_series(1, 60) n"
        alike = "EXISTS (SELECT FROM oppwizard_hidden(ARRAY[%s::uuid], size, 'EUR', day))"
        return [
            row[0] for row in office.sql("ann", f"SELECT {alike} FROM ({sizes} UNION ALL {days}) x", record.account.id)
        ]

    found = edges(one)
    assert {True, False} == set(found)
    assert found == edges(other)


def test_nobody_but_members_is_told_and_operations_see_all_anyway(office: Office) -> None:
    theirs = begun(office.walk("eve"))
    assert asked(office, "eve", [theirs.account.id]) == []
    assert asked(office, "emil", [theirs.account.id]) == []
    assert asked(office, "otto", [theirs.account.id]) == []
    assert asked(office, "", [theirs.account.id]) == []
    assert len(asked(office, "ann", [theirs.account.id])) == 1
    office.sql("", "DROP ROLE IF EXISTS stranger")
    office.sql("", "CREATE ROLE stranger LOGIN")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(office, "stranger", [theirs.account.id])


def test_one_question_is_about_few_accounts(office: Office) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="at most 50"):
        asked(office, "ann", [UUID(int=number) for number in range(51)])


DECOYS = (
    "oppwizard_member AS SELECT 'eve'::name AS login, 'Ann Abel'::text AS name, ''::text AS role, ''::text AS team",
    "oppwizard_member AS SELECT 'eve'::name AS login, 'Eve'::text AS name, 'operations' AS role, ''::text AS team",
    "team_member AS SELECT '{record}'::uuid AS opportunity_id, 'Eve East'::text AS name",
    "handoff AS SELECT '{record}'::uuid AS opportunity_id, 'Eve East'::text AS receiver",
)


def test_a_table_of_ones_own_deceives_no_rule(office: Office) -> None:
    """Tables of a session come first where a function does not say whose tables it reads."""
    record = office.walk("ann").start()
    url = str(office.of("eve")).replace("+psycopg", "")
    for decoy in DECOYS:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE TEMP TABLE {decoy.format(record=record.id)}")
            connection.execute(f"GRANT SELECT ON {decoy.split()[0]} TO PUBLIC")
            assert connection.execute("SELECT count(*) FROM opportunity").fetchone() == (0,)
            connection.execute("UPDATE opportunity SET pain_points = 'forged'")
            with pytest.raises(psycopg.errors.RaiseException):
                connection.execute("SELECT oppwizard_remove(%s)", (record.id,))
    assert office.sql("", "SELECT pain_points FROM opportunity") == [(None,)]


def take_back(office: Office, revision: str) -> None:
    """Undo the migrations behind a revision, whichever there are."""
    engine = create_engine(str(office.url))
    settings = config()
    with engine.begin() as settings.attributes["connection"]:
        command.downgrade(settings, revision)
    engine.dispose()


def test_a_store_of_an_earlier_version_gets_the_function_when_its_keeper_opens_it(office: Office) -> None:
    office.sql("", "DROP FUNCTION oppwizard_hidden")
    office.sql("", "ALTER FUNCTION oppwizard_me() RESET ALL")
    take_back(office, "0012")
    served.real_open(office.url).close()
    begun(office.walk("eve"))
    ann = office.walk("ann")
    assert [each.owner for each in told(ann, begun(ann))] == ["Eve East"]
    loose = "SELECT proname FROM pg_proc WHERE proname LIKE 'oppwizard%' AND proconfig IS NULL"
    assert office.sql("", loose) == [("oppwizard_tell",)]  # which reads no table


def test_a_store_that_is_one_persons_hides_nothing(walk: Walk) -> None:
    assert not walk.store.hides
    assert walk.store.unseen([UUID(int=1)], None, None, None) == []
