"""What comes from outside, as steps: lists of leads, deals of the past, whole territories, answers of providers."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from oppwizard.enrichment import Answer
from oppwizard.enrichment.rounds import Found
from oppwizard.errors import OppwizardError
from oppwizard.exchange.history import import_history
from oppwizard.exchange.leads.importing import Fate, LeadOutcome, import_leads
from oppwizard.exchange.leads.planning import plan as lead_plan
from oppwizard.exchange.planning import plan
from oppwizard.handoff.sending import Order, pack
from oppwizard.model.enums import EXISTING, HandoffKind, ProposalState
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.walk.enriching import questions
from oppwizard.walk.proposals import standing
from tests.conftest import TODAY
from tests.machine.evidence import Parts, missing
from tests.machine.ledger import look_at
from tests.machine.world import Desk
from tests.walk.rows import Dump, dump

PROVIDED: Final[dict[str, list[object]]] = {
    "account.employees": [120, "many", "0"],
    "account.annual_revenue": ["4,000,000", 4_000_000.5],
    "account.industry": ["wholesale", "no such thing"],
    "account.dba": ["Harbor Tools", "Acme Pumps"],
    "people.title": ["Head of Operations", "TBD"],
    "people.email": ["luis@harbortools.example.com", "nobody"],
}
"""What a provider may say, fit and unfit."""
_OUTCOMES: Final = ("Won", "Lost")


def led(desk: Desk, folder: Path, row: Mapping[str, str], *, everyone: bool) -> None:
    """Read a list of leads; how far a lead came rests on its evidence, and reading it twice changes nothing."""
    path = folder / "leads.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.DictWriter(stream, list(row))
        lines.writeheader()
        lines.writerow(row)
    outcomes: list[LeadOutcome] = []
    _read(desk, path, outcomes, everyone=everyone)
    for outcome in outcomes:
        if outcome.id is None:
            continue
        record = desk.walk.load(outcome.id)
        desk.agree(record)
        if outcome.fate is Fate.ADDED:
            assert record.opportunity.status not in EXISTING, "a lead is no opportunity"
            lacking = missing(Parts(desk.walk.store, desk.watch.seen.rows, outcome.id), record.opportunity.stage - 1)
            assert not lacking, f"a lead passed the gates up to {record.opportunity.stage - 1} without: {lacking}"
    before = look_at(desk.walk.store)
    assert not _read(desk, path, [], everyone=everyone)
    assert look_at(desk.walk.store) == before, "a list that was read twice has changed something"


def _read(desk: Desk, path: Path, outcomes: list[LeadOutcome], *, everyone: bool) -> bool:
    made = lead_plan(path, None, desk.walk.playbook)
    return import_leads(desk.walk, made, everyone=everyone, tell=outcomes.append).changed


def remembered(desk: Desk, folder: Path, amount: int) -> None:
    """Import deals of the past; what is held against them are hints, and no record is another one."""
    path = folder / "past.csv"
    ended = f"{1 + amount % 9}-28"
    deals = [
        f"{n},Harbor Tools,Stock Ledger,rep,{amount},2026-01-05,2026-0{ended},{_OUTCOMES[n % 2]}" for n in range(3)
    ]
    path.write_text("Deal,Account,Product,Rep,Amount,Opened,Closed,Stage\n" + "\n".join(deals) + "\n", "utf-8")
    before = look_at(desk.walk.store)
    report = import_history(desk.walk.store, plan(path, sides=[], currency="USD"), TODAY)
    assert report.kept is not None
    assert look_at(desk.walk.store) == before, "deals of the past have changed a record"
    for identity in desk.watch.records():
        verdict = desk.walk.verdict(desk.walk.load(identity))
        assert verdict.open_stage == desk.other.verdict(desk.other.load(identity)).open_stage


def send_territory(desk: Desk, receiver: str, path: Path) -> bool:
    """Write all records into one packet; whether there is one."""
    try:
        order = Order(HandoffKind.TERRITORY, receiver, "The rest follows on Monday")
        pack(desk.walk, desk.watch.records(), order, path)
    except OppwizardError:
        assert not path.exists()
        return False
    return True


def answered(desk: Desk, record: Record, number: int, said: tuple[str, object], *, busy: bool) -> None:
    """Let a provider answer about a record: what a person wrote stays as it is."""
    path, value = said
    about, _, name = path.partition(".")
    asked = [one for one in questions(record) if one.about == about]
    if not asked:
        return
    question = asked[number % len(asked)]
    at = Address(about, name, question.row)
    before, texts = record.value(at), dict(record.pending)
    found = Found("list", question, (Answer(path, value, currency="USD", confidence="80 %"),))
    desk.taken(record, lambda: desk.walk.enrich(record, found, busy=[at] if busy else []))
    after = desk.walk.load(record.id)
    assert after.pending == texts
    if before not in (None, "", []) or busy or str(at) in texts:
        assert after.value(at) == before, "a provider has overwritten what was there"


def decided(desk: Desk, record: Record, number: int, *, accept: bool) -> None:
    """Decide about a proposal: what is taken stands in its field, what is refused leaves it as it is."""
    waiting = [one for one in standing(record) if one.state is ProposalState.WAITING]
    if not waiting:
        return
    row = waiting[number % len(waiting)]
    before = _facts(record)
    step = desk.walk.accept_proposal if accept else desk.walk.refuse_proposal
    if desk.taken(record, lambda: step(record, row.id)) is None:
        return
    after = desk.walk.load(record.id)
    assert _state(after, row.id) is (ProposalState.ACCEPTED if accept else ProposalState.REFUSED)
    if not accept:
        assert _facts(after) == before, "what was refused has changed something"


def _facts(record: Record) -> Dump:
    return {key: row for key, row in dump(record).items() if key[0] in ("Account", "Contact")}


def _state(record: Record, proposal: UUID) -> ProposalState:
    return next(one.state for one in record.proposals if one.id == proposal)
