"""Tryton takes in what is exported for it, by the steps that stand beside the files, and holds all of it whole."""

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oppwizard.exchange.export import export
from oppwizard.model.enums import Status
from oppwizard.model.findings import Address, address
from oppwizard.walk import Walk
from tests.exchange.crm.conftest import Opener, Stored
from tests.exchange.crm.records import EMOJI, FORMULA, LONG, MULTILINE, taken, told_of
from tests.importers.conftest import Starter, rows
from tests.importers.tryton import Client, Refused, Values, steps

pytestmark = pytest.mark.importer
WORDS = ("description", "comment", "lost_reason")
NAMED = {"contact": "contact.value", "currency": "currency.code", "employee": "employee.party.name"}
"""What a cell names, and where Tryton has the word that is named."""
BROKEN = (
    ("amount", "12,50", "'12,50'.*Amount"),
    ("amount", "12.505", "digits.*Amount"),
    ("end_date", "25.01.2027", "'25.01.2027'.*End Date"),
    ("party", "nobody", "'nobody'"),
    ("currency", "XXX", "'XXX'"),
    ("conversion_probability", "30", "Conversion Probability"),
)
"""Cells that no import may take, and what Tryton says of them."""


def load(client: Client, folder: Path, section: str = "Loading") -> list[int]:
    """Do what the README says; how many records each import is told to have made or changed."""
    counts = []
    for model, text in steps((folder / "README.md").read_text("utf-8"), section):
        if model:
            counts.append(client.take(model, folder / text))
        else:
            client.console(text, folder)
    return counts


def told(folder: Path) -> dict[str, Values]:
    """The opportunities as the files say them, by reference, as values of Tryton's types."""
    states = {row["id"]: row["state"] for row in rows(folder, "sale.opportunity.state")}
    parties = {row["code"]: row["name"] for row in rows(folder, "party.party")}
    return {
        row["reference"]: {
            **{name: row[name] or None for name in WORDS},
            **{path: row[name] for name, path in NAMED.items()},
            "party.code": row["party"],
            "party.name": parties[row["party"]],
            "amount": Decimal(row["amount"]),
            "start_date": dt.date.fromisoformat(row["start_date"]),
            "end_date": dt.date.fromisoformat(row["end_date"]),
            "conversion_probability": float(row["conversion_probability"]),
            "state": states[row["reference"]],
        }
        for row in rows(folder, "sale.opportunity")
        if row["reference"]  # below it stand its line items
    }


def held(client: Client) -> dict[str, Values]:
    """All opportunities of Tryton, by reference; one that is there twice is an error."""
    paths = (*WORDS, *NAMED.values(), "party.code", "party.name", "amount", "start_date", "end_date")
    found = client.read("sale.opportunity", "reference", *paths, "conversion_probability", "state")
    known = {record.pop("reference"): record for record in found}
    assert len(known) == len(found)
    return {key: {name: None if value == "" else value for name, value in one.items()} for key, one in known.items()}


def differences(said: dict[str, Values], found: dict[str, Values]) -> set[tuple[str, str]]:
    """Where two accounts of the opportunities differ: reference and field."""
    return {
        (key, name) for key in said.keys() & found.keys() for name in said[key] if said[key][name] != found[key][name]
    } | {(key, "") for key in said.keys() ^ found.keys()}


def addresses(folder: Path) -> Counter[tuple[str | None, ...]]:
    """The addresses as the file says them."""
    columns = ("party", "type", "value", "name")
    return Counter(tuple(row[name] or None for name in columns) for row in rows(folder, "party.contact_mechanism"))


def addresses_held(client: Client) -> Counter[tuple[str | None, ...]]:
    """All addresses of Tryton."""
    columns = ("party.code", "type", "value", "name")
    return Counter(
        tuple(record[name] or None for name in columns) for record in client.read("party.contact_mechanism", *columns)
    )


def parties_held(client: Client) -> Counter[tuple[str, str]]:
    """All parties of Tryton that came with an export: their codes are identities, its own are numbers."""
    found = client.read("party.party", "code", "name")
    return Counter((record["code"], record["name"]) for record in found if "-" in record["code"])


def parties(folder: Path) -> Counter[tuple[str, str]]:
    """The parties as the file says them."""
    return Counter((row["code"], row["name"]) for row in rows(folder, "party.party"))


def test_everything_is_taken_in_and_read_back_equal(tryton: Starter, folder: Path, stored: Stored) -> None:
    client = tryton(folder)
    counts = load(client, folder)
    assert counts == [
        len(rows(folder, name)) for name in ("party.party", "party.contact_mechanism", "sale.opportunity")
    ]
    found = held(client)
    assert len(found) == 12
    assert not differences(told(folder), found)
    assert parties_held(client) == parties(folder)
    assert addresses_held(client) == addresses(folder)
    # What was typed, and not only what was written to the file:
    deals = {name: found[str(one)] for name, one in stored.ids.items()}
    assert LONG.strip() in deals["long"]["comment"]
    assert MULTILINE in deals["lines"]["comment"]
    assert EMOJI in deals["emoji"]["comment"]
    assert FORMULA in deals["formula"]["comment"]
    assert deals["formula"]["description"] == "@SUM(A1) Works - Stock Count - =1+1 scanners"
    assert deals["emoji"]["party.name"] == "Ångström 🏭 AB"
    assert deals["japanese"]["party.name"] == "株式会社みなと工具"
    assert deals["once"]["party.code"] == deals["japanese"]["party.code"]
    assert [(deals[name]["currency.code"], deals[name]["amount"]) for name in ("once", "won")] == [
        ("JPY", Decimal(9_025_000)),
        ("USD", Decimal(70_000)),
    ]
    assert deals["once"]["amount"].as_tuple().exponent == 0
    assert {name: deals[name]["state"] for name in ("plain", "won", "lost")} == {
        "plain": "opportunity",
        "won": "won",
        "lost": "lost",
    }
    assert deals["lost"]["lost_reason"] == "Price / Scanner vendor of today"


def test_a_second_export_updates_and_doubles_nothing(
    tryton: Starter, folder: Path, stored: Stored, opened: Opener, tmp_path: Path
) -> None:
    client = tryton(folder)
    load(client, folder)
    before, reaches = told(folder), addresses(folder)
    walk = opened()
    new = changed(walk, stored, tmp_path)
    again = export(walk, None, "tryton", folder)
    assert again.since is not None
    assert [one.id for one in again.since.added] == [str(new)]
    assert export(walk, [new], "tryton", tmp_path / "new").count == 1
    load(client, tmp_path / "new")
    load(client, folder, "Loading again")
    found = held(client)
    assert len(found) == 13
    assert not differences(told(folder), found)
    assert parties_held(client) == parties(folder)
    assert addresses_held(client) == reaches + addresses(tmp_path / "new")  # they are only added
    # The changes have come, and nothing else has changed:
    names = {str(one): name for name, one in stored.ids.items()}
    moved = {(names[key], field) for key, field in differences(before, found) if key in names}
    assert moved == {
        ("plain", "description"),
        ("plain", "comment"),
        ("japanese", "party.name"),
        ("once", "party.name"),
        ("euro", "state"),
        ("euro", "amount"),
        ("euro", "conversion_probability"),
        ("euro", "end_date"),
        ("won", "state"),
        ("won", "amount"),
        ("won", "conversion_probability"),
        ("won", "end_date"),
    }


def changed(walk: Walk, stored: Stored, folder: Path) -> Any:
    """Change five of the twelve, and make one more.

    Returns:
        The identity of the new one.
    """
    answers = {
        ("plain", "name"): "Harbor Tools - Stock Count - 150 scanners",
        ("plain", "objections"): f"{MULTILINE}\n在庫 🏭",
        ("japanese", "account.legal_name"): "株式会社みなと工具ホールディングス",
    }
    for (name, field), value in answers.items():
        walk.save(walk.set(walk.load(stored.ids[name]), address(field), value))
    euro = walk.load(stored.ids["euro"])
    walk.save(walk.close(euro, Status.WON, walk.context.today, "value", amount=Decimal("61250.50")))
    walk.save(walk.reopen(walk.load(stored.ids["won"])))
    return taken(walk, told_of("Newcomer Works"), folder / "one.json")


def test_without_the_console_what_is_open_is_updated(
    tryton: Starter, folder: Path, stored: Stored, opened: Opener
) -> None:
    client = tryton(folder)
    load(client, folder)
    walk = opened()
    record = walk.load(stored.ids["plain"])
    walk.save(walk.set(record, address("name"), "Harbor Tools - Stock Count - 150 scanners"))
    export(walk, None, "tryton", folder)
    assert client.take("sale.opportunity", folder / "sale.opportunity.open.csv") == 10
    assert held(client)[str(record.id)]["description"] == "Harbor Tools - Stock Count - 150 scanners"
    assert not differences(told(folder), held(client))


def test_the_client_sets_no_states(tryton: Starter, folder: Path) -> None:
    client = tryton(folder)
    with pytest.raises(Refused, match="field state"):
        client.take("sale.opportunity", folder / "sale.opportunity.state.csv")


def test_a_broken_cell_is_refused(tryton: Starter, folder: Path) -> None:
    """The same steps fail when they should: so they can."""
    client = tryton(folder)
    file = folder / "sale.opportunity.csv"
    whole = file.read_bytes()
    client.take("party.party", folder / "party.party.csv")
    client.take("party.contact_mechanism", folder / "party.contact_mechanism.csv")
    for column, cell, answer in BROKEN:
        file.write_bytes(whole)
        spoil(file, column, cell)
        with pytest.raises(Refused, match=answer):
            client.take("sale.opportunity", file)
    assert not held(client)


def test_a_cell_that_was_cut_is_noticed(tryton: Starter, folder: Path, stored: Stored) -> None:
    client = tryton(folder)
    said = told(folder)
    comment = said[str(stored.ids["emoji"])]["comment"]
    spoil(folder / "sale.opportunity.csv", "comment", comment[:-1], str(stored.ids["emoji"]))
    spoil(folder / "sale.opportunity.state.csv", "comment", comment[:-1], str(stored.ids["emoji"]))
    load(client, folder)
    assert differences(said, held(client)) == {(str(stored.ids["emoji"]), "comment")}


def spoil(path: Path, column: str, cell: str, reference: str = "") -> None:
    """Change a cell of a file: of the row of a reference, else of the first."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *lines = csv.reader(stream)
    line = next(line for line in lines if not reference or reference in line[:1])
    line[header.index(column)] = cell
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *lines])


def test_line_items_come_and_change_with_their_opportunity(
    tryton: Starter, opened: Opener, tmp_path: Path, stored: Stored
) -> None:
    folder = tmp_path / "out"
    walk = opened("[crm.tryton.options]\nline_items = true\n")
    export(walk, None, "tryton", folder)
    client = tryton(folder)
    load(client, folder)
    assert not differences(told(folder), held(client))
    before = lines_held(client)
    assert before == Counter(lines_told(folder))
    record = walk.load(stored.ids["plain"])
    first, second = record.lines[:2]
    walk.save(walk.set(record, Address("lines", "quantity", first.id), "150"))
    walk.save(walk.remove(walk.load(record.id), "lines", second.id))
    export(walk, None, "tryton", folder)
    load(client, folder, "Loading again")
    after = lines_held(client)
    assert after == Counter(lines_told(folder))
    assert after - before == Counter({(str(record.id), first.sku, 150.0, "Unit"): 1})
    assert before - after == Counter(
        {(str(record.id), first.sku, 120.0, "Unit"): 1, (str(record.id), second.sku, 1.0, "Unit"): 1}
    )
    assert not differences(told(folder), held(client))


def lines_held(client: Client) -> Counter[tuple[Any, ...]]:
    """All line items of Tryton."""
    columns = ("opportunity.reference", "product.code", "quantity", "unit.name")
    return Counter(tuple(record.values()) for record in client.read("sale.opportunity.line", *columns))


def lines_told(folder: Path) -> Iterator[tuple[Any, ...]]:
    """The line items as the file says them."""
    reference = ""
    for row in rows(folder, "sale.opportunity"):
        reference = row["reference"] or reference
        yield reference, row["lines/product"], float(row["lines/quantity"]), row["lines/unit"]
