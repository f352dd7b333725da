"""Records of others that a change of their account makes old: marked by the database, mended by whoever sees them."""

from oppwizard.model.findings import address
from oppwizard.walk import Walk
from tests.team.conftest import Office

KEPT = "SELECT open_points, judged_by <> 0, revision, updated_at FROM opportunity WHERE owner = %s"


def put(walk: Walk, company: str, owner: str) -> object:
    record = walk.start()
    for path, text in (("account.dba", company), ("account.industry", "manufacturing"), ("owner", owner)):
        walk.save(walk.set(record, address(path), text))
    return record.id


def test_a_record_that_one_does_not_see_is_marked_and_its_owners_app_mends_it(office: Office) -> None:
    eve, ann = office.walk("eve"), office.walk("ann")
    put(eve, "Weber", "Eve East")
    account = office.sql("", "UPDATE account SET standing = 'active' RETURNING id")[0][0]
    office.sql("", "UPDATE opportunity SET open_points = 99")
    mine = ann.start()
    ann.save(ann.link_account(mine, account))
    ann.save(ann.set(mine, address("account.industry"), ""))
    points, is_judged, revision, moment = office.sql("", KEPT, "Eve East")[0]
    assert (points, is_judged) == (99, False)
    assert ann.rejudge() == 0
    assert office.walk("otto").rejudge() == 0
    assert eve.rejudge() == 1
    points, is_judged, *same = office.sql("", KEPT, "Eve East")[0]
    assert points != 99
    assert is_judged
    assert same == [revision, moment]
    assert office.sql("", "SELECT judged_by <> 0 FROM opportunity WHERE id = %s", mine.id) == [(True,)]


def test_a_hand_written_client_marks_too(office: Office) -> None:
    put(office.walk("eve"), "Weber", "Eve East")
    office.sql("eve", "UPDATE account SET industry = NULL")
    assert office.sql("", KEPT, "Eve East")[0][1] is False
