"""What the database lets each account do, whatever client they write (team store)."""

import contextlib
from uuid import UUID

import psycopg
import pytest

from oppwizard.data.lists import ListQuery
from oppwizard.data.tables import table_of
from oppwizard.errors import OppwizardError, StoreProblem
from oppwizard.model.enums import Decision, ReviewState, Standing
from oppwizard.model.findings import address
from oppwizard.model.opportunity import Opportunity
from oppwizard.quality.auditing import audit, keep
from oppwizard.walk import open_walk
from oppwizard.walk.reviewing import Opinion, Verdicts
from oppwizard.walk.sample import walk_sample
from tests.team.conftest import Office

DENIED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)


def begun(office: Office, login: str) -> UUID:
    """A draft that a person began."""
    walk = office.walk(login)
    record = walk.start(f"Acme of {login}")
    walk.save(walk.set(record, address("pain_points"), "Slow"))
    return record.id


def sees(office: Office, login: str) -> set[UUID]:
    return {row[0] for row in office.sql(login, "SELECT id FROM opportunity")}


def test_each_sees_own_and_shared_records_a_manager_the_teams_operations_all(office: Office) -> None:
    ann, bob, eve = (begun(office, login) for login in ("ann", "bob", "eve"))
    assert sees(office, "ann") == {ann}
    assert sees(office, "bob") == {bob}
    assert sees(office, "sara") == set()
    assert sees(office, "mona") == {ann, bob}
    assert sees(office, "emil") == {eve}
    assert sees(office, "otto") == {ann, bob, eve}
    assert [line.id for line in office.walk("ann").store.every(ListQuery())] == [ann]


def test_whoever_is_on_the_deal_team_sees_the_record_and_all_that_hangs_on_it(office: Office) -> None:
    record_id = begun(office, "ann")
    walk = office.walk("ann")
    move = walk.add(walk.load(record_id), "team")
    walk.save(move)
    record = walk.load(record_id)
    walk.save(walk.set(record, address(f"team[{record.team[0].id}].name"), "Sara Stone"))
    assert sees(office, "sara") == {record_id}
    assert office.walk("sara").load(record_id).opportunity.pain_points == "Slow"
    assert office.sql("sara", "SELECT count(*) FROM change")[0][0] > 0
    assert office.sql("bob", "SELECT count(*) FROM change") == [(0,)]


def test_nobody_elses_record_can_be_changed(office: Office) -> None:
    record_id = begun(office, "ann")
    for login in ("bob", "emil", "eve", "sara"):
        walk = office.walk(login)
        with pytest.raises(OppwizardError, match="no record"):
            walk.load(record_id)
        office.sql(login, "UPDATE opportunity SET pain_points = 'forged'")
    with pytest.raises(DENIED):
        office.sql("otto", "UPDATE opportunity SET pain_points = 'forged'")
    assert office.walk("ann").load(record_id).opportunity.pain_points == "Slow"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE change SET new = '\"forged\"'",
        "UPDATE change SET who = 'Bob Baker'",
        "UPDATE change SET at = now()",
        "DELETE FROM change",
        "UPDATE change SET state = 'dead'",
        "TRUNCATE change",
        "UPDATE review SET decision = 'approve'",
        "DELETE FROM review",
        "UPDATE handoff SET rating = 5",
        "DELETE FROM handoff",
        "DELETE FROM peer_review",
        "UPDATE opportunity SET created_by = 'Bob Baker'",
        "UPDATE opportunity SET is_sample = true",
        "UPDATE opportunity SET team = 'East'",
        "DELETE FROM opportunity",
        "UPDATE oppwizard_member SET role = 'manager'",
        "INSERT INTO oppwizard_member (login, name, role) VALUES ('x', 'X', 'manager')",
        "ALTER TABLE change DISABLE TRIGGER ALL",
        "ALTER TABLE change DISABLE ROW LEVEL SECURITY",
        "DROP TABLE review",
        "CREATE TABLE mine (a int)",
        "SET ROLE postgres",
        "SELECT oppwizard_remove(id) FROM opportunity",
    ],
)
def test_what_is_only_added_to_is_not_altered_by_hand(office: Office, statement: str) -> None:
    begun(office, "ann")
    for login in ("ann", "mona"):
        with pytest.raises(DENIED):
            office.sql(login, statement)


def test_the_database_knows_who_wrote_an_entry_whatever_it_says(office: Office) -> None:
    record_id = begun(office, "ann")
    columns = "record_id, action, state, op, entity, row_id, field, who, at, source, reason"
    copied = columns.replace("who", "'Bob Baker'")
    office.sql("ann", f"INSERT INTO change ({columns}) SELECT {copied} FROM change LIMIT 1")
    assert office.sql("", "SELECT DISTINCT login FROM change WHERE record_id = %s", record_id) == [("ann",)]
    with pytest.raises(DENIED):
        office.sql("ann", f"INSERT INTO change ({columns}, login) SELECT {copied}, 'bob' FROM change LIMIT 1")


def created(office: Office) -> UUID:
    return walk_sample(office.walk("ann"), None, sample=False).id


def test_a_manager_decides_and_the_rep_cannot_even_by_hand(office: Office) -> None:
    record_id = created(office)
    with pytest.raises(DENIED):
        office.sql("ann", "UPDATE opportunity SET review = 'active'")
    with pytest.raises(DENIED):
        office.sql(
            "ann",
            "INSERT INTO review (id, created_at, updated_at, revision, opportunity_id, at, reviewer, decision, comment,"
            " answers) SELECT gen_random_uuid(), now(), now(), 1, id, now(), 'Mona Mai', 'approve', '', '{}'"
            " FROM opportunity",
        )
    mona = office.walk("mona")
    record = mona.load(record_id)
    opinions = {one.question.key: Opinion(True) for one in mona.questions(record)}
    mona.save(mona.decide(record, Verdicts(Decision.APPROVE, opinions)))
    assert office.walk("ann").load(record_id).opportunity.review is ReviewState.ACTIVE


def test_a_manager_cannot_approve_their_own_even_by_hand(office: Office) -> None:
    walk_sample(office.walk("mona"), None, sample=False)
    with pytest.raises(DENIED):
        office.sql("mona", "UPDATE opportunity SET review = 'active'")


def test_undo_and_redo_move_their_mark_and_nothing_else(office: Office) -> None:
    walk = office.walk("ann")
    record = walk.start("Acme")
    walk.save(walk.set(record, address("pain_points"), "Slow"))
    before = office.sql("", "SELECT seq, op, field, old, new, who FROM change ORDER BY seq")
    undone = walk.undo(walk.load(record.id))
    assert undone is not None
    walk.save(undone)
    redone = walk.redo(walk.load(record.id))
    assert redone is not None
    walk.save(redone)
    assert walk.load(record.id).opportunity.pain_points == "Slow"
    assert office.sql("", "SELECT seq, op, field, old, new, who FROM change ORDER BY seq")[: len(before)] == before


def test_a_draft_without_an_answer_goes_without_a_trace_but_no_other(office: Office) -> None:
    walk = office.walk("ann")
    record = walk.start()
    with pytest.raises(DENIED):
        office.sql("bob", "SELECT oppwizard_remove(%s)", record.id)
    walk.store.delete_record(record.id)
    for table in ("opportunity", "account", "change"):
        assert office.sql("", f"SELECT count(*) FROM {table}") == [(0,)], table


def test_the_database_says_who_somebody_is(office: Office) -> None:
    context = office.context("mona")
    context.user = "somebody else"
    open_walk(context).store.close()
    assert (context.user, context.me.role, context.me.team) == ("Mona Mai", "manager", "North")


def test_an_account_of_nobody_is_told_whom_to_ask(office: Office) -> None:
    if not office.sql("", "SELECT 1 FROM pg_roles WHERE rolname = 'stranger'"):
        office.sql("", "CREATE ROLE stranger LOGIN")
    with pytest.raises(StoreProblem) as refused:
        office.walk("stranger")
    assert "oppwizard store" in str(refused.value)


def test_operations_audit_what_they_cannot_change(office: Office) -> None:
    created(office)
    otto = office.walk("otto")
    (line,) = otto.store.every(ListQuery())
    record = otto.load(line.id)
    with pytest.raises(StoreProblem):
        otto.save(otto.set(record, address("why_us"), "Forged"))
    assert keep(otto, audit(otto)) == otto.store.audits()[0].id


def known_account(office: Office) -> UUID:
    """An account that a deal of somebody else made known."""
    eve = office.walk("eve")
    return walk_sample(eve, sample=False).account.id


def test_a_draft_is_linked_to_an_account_that_is_known_already(office: Office) -> None:
    known = known_account(office)
    name, person = office.sql(
        "", "SELECT a.dba, c.name FROM account a JOIN contact c ON c.account_id = a.id WHERE a.id = %s LIMIT 1", known
    )[0]
    ann = office.walk("ann")
    record = ann.start()
    for other in (person, "Nora New"):
        move = ann.add(record, "people")
        ann.save(move)
        ann.save(ann.set(record, address(f"people[{move.row}].name"), other))
    proposed = record.account.id
    ann.save(ann.set(record, address("account.dba"), name))
    linked = ann.load(record.id)
    assert linked.account.id == known != proposed
    assert {one.contact.account_id for one in linked.people} == {known}
    assert len([one for one in linked.people if one.contact.standing is Standing.ACTIVE]) == 1
    assert office.sql("", "SELECT count(*) FROM account WHERE id = %s", proposed) == [(0,)]


def test_accounts_that_somebody_works_with_are_not_deleted_by_hand(office: Office) -> None:
    known = known_account(office)
    people = office.sql("", "SELECT count(*) FROM contact")
    drafted = office.walk("eve").start("Acme").account.id
    for login in ("ann", "eve", "emil"):
        for table in ("account", "contact"):
            with contextlib.suppress(psycopg.errors.ForeignKeyViolation):  # they do not see that it is in use
                office.sql(login, f"DELETE FROM {table} WHERE id <> gen_random_uuid()")
    assert {row[0] for row in office.sql("", "SELECT id FROM account")} == {known, drafted}
    assert office.sql("", "SELECT count(*) FROM contact") == people


def test_records_of_people_outside_the_team_are_brought_in_and_those_of_no_other_member(office: Office) -> None:
    record_id = begun(office, "ann")
    names = [column.name for column in table_of(Opportunity).columns]
    told = {"id": "gen_random_uuid()", "created_by": "%s", "owner": "%s"}
    values = ", ".join(told.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    put = f"INSERT INTO opportunity ({columns}) SELECT {values} FROM opportunity WHERE id = %s"
    for creator, owner in (("Bob Baker", "Bob Baker"), ("Sam Outside", "Bob Baker"), ("Bob Baker", "Sam Outside")):
        with pytest.raises(DENIED):
            office.sql("ann", put, creator, owner, record_id)
    office.sql("ann", put, "Sam Outside", "Sam Outside", record_id)
    assert len(sees(office, "ann")) == 2
    assert sees(office, "bob") == set()
    with pytest.raises(DENIED):
        office.sql("ann", "UPDATE opportunity SET login = 'bob'")
    claims = f"INSERT INTO opportunity (login, {columns}) SELECT 'bob', {values} FROM opportunity WHERE id = %s"
    with pytest.raises(DENIED):
        office.sql("ann", claims, "Sam Outside", "Sam Outside", record_id)
