"""The playbook of a fictitious organisation with fields of its own, and typed answers to each of them."""

import shutil
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from oppwizard.context import Context
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook, load_playbook
from oppwizard.walk import Walk

PLAYBOOK = Path(__file__).parent / "playbooks" / "instruments.toml"
TYPED = {
    "custom.incumbent_device": "Mitaka CM-3, 2011",
    "custom.tolerance_story": "Housings leave the second shift 4 µm too wide.\nNobody sees it before assembly.",
    "custom.safety_class": "Class B",
    "custom.plants_visited_on": "18 Nov 2026",
    "custom.plant_contact": "Luis Ferrer",
    "custom.measured_values": "length, Roughness",
    "custom.price_book": "Standard",
    "custom.parts_a_day": "1,200",
    "custom.finest_tolerance": "0.5",
    "custom.scrap_rate": "3.5 %",
    "custom.scrap_cost": "120k",
    "custom.purchase_currency": "USD",
    "custom.clean_room": "no",
    "custom.region": "North",
    "custom.shift_begins": "6:30",
    "custom.invoice_email": "Invoices@Example.com",
    "custom.gate_phone": "+49 30 901820",
    "custom.export_licence": "Applied for under 3B001",
    "custom.trained_people": "Luis Ferrer, Dana Whitfield",
    "custom.pilot_result": "All 40 housings were found within 2 µm of the laboratory.",
}
"""A text for each field, as a person types it who knows the sample deal's people."""
STORED: dict[str, Any] = {
    "incumbent_device": "Mitaka CM-3, 2011",
    "safety_class": "b",
    "plants_visited_on": "2026-11-18",
    "measured_values": ["length", "roughness"],
    "price_book": "standard",
    "parts_a_day": 1200,
    "finest_tolerance": Decimal("0.5"),
    "scrap_rate": Decimal("3.5"),
    "scrap_cost": Decimal(120_000),
    "purchase_currency": "USD",
    "clean_room": False,
    "region": "north",
    "shift_begins": "06:30:00",
    "invoice_email": "Invoices@example.com",
    "gate_phone": "+4930901820",
}
"""What an export says of some of them."""


def with_playbook(context: Context, text: str | None = None) -> Context:
    """The context with the organisation's playbook, or another one, in a file of its own."""
    file = context.store.parent / "playbook.toml"
    if text is None:
        shutil.copy(PLAYBOOK, file)
    else:
        file.write_text(text, "utf-8")
    context.playbook = file
    return context


def book(text: str | None = None, folder: Path | None = None) -> Playbook:
    """The organisation's playbook, or one of a text."""
    if text is None or folder is None:
        return load_playbook(PLAYBOOK)
    file = folder / "own.toml"
    file.write_text(text, "utf-8")
    return load_playbook(file)


def give(walk: Walk, record: Record, paths: Iterable[str] = tuple(TYPED)) -> Record:
    """Answer fields of the organisation's own; those not asked for in the playbook in use are left out."""
    for path in paths:
        if address(path).spec is not None:
            record = walk.save(walk.set(record, address(path), TYPED[path])).record
    return record
