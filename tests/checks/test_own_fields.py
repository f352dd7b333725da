"""The organisation's own fields in what is counted: the score, and an audit's completion field by field."""

from oppwizard.checks.facts import facts, of_rows, singles, version
from oppwizard.checks.score import scored
from oppwizard.model.fields import CUSTOM
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.playbook import load_playbook, use
from oppwizard.quality.auditing import audit
from oppwizard.walk import Walk
from tests.own import TYPED, book


def at(name: str) -> Address:
    return Address(CUSTOM, name)


REQUIRED = {field.path for field in book().fields if field.need == "required"}


def answered(walk: Walk, record: Record) -> set[str]:
    found = facts(walk.case(record), walk.verdict(record))
    pairs = ((found.answered, singles()), (found.answered_rows, of_rows()))
    return {spec.path for bits, specs in pairs for number, spec in enumerate(specs) if bits >> number & 1}


def test_each_required_one_has_a_bit_and_says_whether_it_is_answered(own_walk: Walk, own: Record) -> None:
    assert {spec.path for spec in (*singles(), *of_rows()) if spec.entity == CUSTOM} == REQUIRED
    assert answered(own_walk, own) >= REQUIRED
    for path in sorted(REQUIRED):
        own_walk.save(own_walk.set(own, address(path), ""))
    assert answered(own_walk, own) & REQUIRED == set()
    own_walk.set(own, at("incumbent_device"), "TBD")
    assert answered(own_walk, own) & REQUIRED == set()


def test_the_list_of_facts_is_another_one_with_other_fields() -> None:
    use(book())
    mine = version()
    use(load_playbook())
    assert version() != mine


def test_an_audit_tells_how_often_each_is_answered(own_walk: Walk, own: Record) -> None:
    own_walk.save(own_walk.set(own, at("safety_class"), ""))
    told = {one.spec.path: one.answered for one in audit(own_walk).figures.fields}
    assert told.keys() >= REQUIRED
    assert (told["custom.safety_class"].part, told["custom.safety_class"].of) == (0, 1)
    assert (told["custom.parts_a_day"].part, told["custom.parts_a_day"].of) == (1, 1)


def test_the_score_counts_what_is_required_and_recommended(own_walk: Walk, own: Record) -> None:
    full = scored(own_walk.case(own))
    asked = {path for path in TYPED if path in REQUIRED} | {"custom.tolerance_story", "custom.scrap_rate"}
    assert {str(gain.at) for gain in full.gains if gain.at.entity == CUSTOM} == set()
    for path in TYPED:
        own_walk.save(own_walk.set(own, address(path), ""))
    empty = scored(own_walk.case(own))
    assert {str(gain.at) for gain in empty.gains if gain.at.entity == CUSTOM} == asked
    assert empty.total < full.total
