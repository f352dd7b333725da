"""Everything that reads files or answers of others, each with sound samples and ways to turn them about."""

import contextlib
import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from oppwizard.context import Context
from oppwizard.data.examining import examine
from oppwizard.data.restoring import restore
from oppwizard.data.store import Store
from oppwizard.enrichment import Question
from oppwizard.enrichment.files import FileProvider
from oppwizard.enrichment.http import HttpProvider
from oppwizard.enrichment.rounds import Found
from oppwizard.errors import OppwizardError
from oppwizard.exchange.dropping import attach_file, log_file
from oppwizard.exchange.export import export
from oppwizard.exchange.history import import_history
from oppwizard.exchange.leads.importing import import_leads
from oppwizard.exchange.leads.mapping import load as load_lead_mapping
from oppwizard.exchange.leads.planning import plan as lead_plan
from oppwizard.exchange.mapping import load as load_mapping
from oppwizard.exchange.planning import plan
from oppwizard.exchange.reading import import_file
from oppwizard.handoff.archive import Member, open_archive, write_archive
from oppwizard.handoff.keys import Keys
from oppwizard.handoff.merging import Who
from oppwizard.handoff.receipts import Answer, answer, enter, read_receipt
from oppwizard.handoff.receiving import look
from oppwizard.handoff.sending import Order, pack
from oppwizard.model.enums import HandoffKind, HandoffState
from oppwizard.model.findings import address
from oppwizard.playbook import load_playbook
from oppwizard.playbook.enrichment import FileSource, HttpSource
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.enriching import questions
from oppwizard.who import Me
from oppwizard.widgets.keymap import wrong_keys
from tests.conftest import Template, make_context
from tests.fuzz import mutations
from tests.fuzz.mutations import Chance, Mutation

TABLE: Final = "Opportunity.csv"
"""A table of an export for a CRM."""
_FIELDS: Final = {"account.employees": "staff.count", "account.annual_revenue": "revenue", "account.industry": "sector"}
_HTTP: Final = {"name": "register", "url": "https://register.example/{domain}", "fields": _FIELDS, "currency": "money"}
_TOLD: Final = json.dumps(
    {"staff": {"count": 120}, "revenue": 4_000_000.5, "sector": "machinery", "money": "EUR", "sure": "90 %"}
).encode()
_HISTORY: Final = b"""Deal,Account,Product,Rep,Amount,Opened,Closed,Stage
1,Acme,Analytics,Kim,"1,200.50",2025-01-05,2025-03-01,Won
2,Bolt,Analytics,Lee,900,2025-02-01,2025-04-11,Lost
3,Cord,Core,Kim,100,2025-02-13,2025-02-28,Won
"""
_LEADS: Final = b"""Company,Contact,Email,Phone,Status,Budget,Employees,Website,Next step date
Harbor Tools,Ada Lind,ada@harbor.example,+1 253 555 0142,SQL,50000,120,harbor.example,2026-12-18
Acme,Bo Kern,bo@acme.example,,MQL,"1,200",12,,
"""
_PLAYBOOK: Final = b"""version = "ours-1"
[committee]
minimum = 2
[sizing]
metric = "arr"
[keys]
next = "ctrl+n"
[[rules]]
name = "metrics"
stage = 1
level = "block"
must = { field = "success_metrics", op = "answered" }
message = { en = "Say how they measure it" }
[[fields]]
name = "region"
kind = "pick"
picks = "regions"
stage = 1
label = { en = "Region" }
[picks.regions]
items = [{ value = "north", label = { en = "North" } }]
[[enrichment.files]]
name = "list"
path = "list.csv"
"""
_MAIL: Final = b"""Subject: =?utf-8?b?Rmlyc3QgY2FsbA==?=
From: Dana Low <dana@acme.example>
To: sam@ours.example, Rene Okubo <rene@acme.example>
Date: Fri, 20 Nov 2026 23:30:00 +0900
Message-ID: <1@acme.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Shall we <b>meet</b>=3F
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename="../terms.pdf"
Content-Transfer-Encoding: base64

MzAgZGF5cw==
--x--
"""
_MEETING: Final = b"""BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1@acme.example
SUMMARY:Demo
DTSTART;TZID=Europe/Berlin:20261118T100000
DTEND:20261118T110000Z
RRULE:FREQ=WEEKLY;COUNT=3
ORGANIZER;CN=Dana Low:mailto:dana@acme.example
ATTENDEE;CN=Sam:mailto:sam@ours.example
END:VEVENT
END:VCALENDAR
"""


@dataclass
class Bench:
    """Sound files, and stores to read them into, made once.

    Attributes:
        empty, full, sent: files of stores: nothing in it, a finished opportunity, one whose packet is under way.
    """

    folder: Path
    empty: Path
    full: Path
    sent: Path
    samples: dict[str, bytes]


@dataclass(frozen=True)
class Reader:
    """Something that reads.

    Attributes:
        file: what the file is called.
        store: the store that it reads into, as `Bench` calls it.
        mutations: how samples are turned about, beside their bytes.
        whole: whether a file that is refused leaves the store as it was.
    """

    file: str
    read: Callable[[Walk, Path], object]
    mutations: tuple[Mutation, ...] = ()
    store: str = "full"
    whole: bool = True


def _history(walk: Walk, path: Path) -> object:
    return import_history(walk.store, plan(path, sides=[], currency="EUR"), walk.context.today)


def _leads(walk: Walk, path: Path) -> object:
    return import_leads(walk, lead_plan(path, None, walk.playbook), everyone=True)


def _packet(walk: Walk, path: Path) -> object:
    with look(walk, path) as incoming:
        incoming.take({news.id: {one.place: Who.THEIRS for one in news.conflicts} for news in incoming.news})
    return None


def _playbook(walk: Walk, path: Path) -> object:
    made = Context("rep", walk.context.store, path)
    return made.shared_playbook, list(wrong_keys(load_playbook(path).keys))


def _file_provider(walk: Walk, path: Path) -> object:
    fields = {"account.employees": "account.employees", "account.annual_revenue": "revenue"}
    said = {"name": "list", "path": path.name, "fields": fields, "currency": "money", "as_of": "day"}
    provider = FileProvider(FileSource.model_validate(said), path.parent)
    return _asked(walk, provider)


def _answer(walk: Walk, path: Path) -> object:
    provider = HttpProvider(HttpSource.model_validate(_HTTP | {"confidence": "sure"}))
    provider._fetch = lambda *_: path.read_bytes()  # type: ignore[method-assign]
    return _asked(walk, provider)


def _asked(walk: Walk, provider: FileProvider | HttpProvider) -> object:
    record = walk.start("Acme")
    about = next(one for one in questions(record) if one.about == "account")
    keys = {"domain": "acme.example", "company": "Acme"}
    answers = tuple(provider.look_up(Question(about.about, about.subject, about.row, keys)))
    return walk.save(walk.enrich(record, Found("list", about, answers)))


def _dropped(walk: Walk, path: Path) -> object:
    return log_file(walk, walk.load(next(walk.store.ids())), path)


def _attached(walk: Walk, path: Path) -> object:
    return attach_file(walk, walk.load(next(walk.store.ids())), path)


def _keys(_walk: Walk, path: Path) -> object:
    path.chmod(0o600)
    return Keys(path.parent, use_keyring=False).decision(bytes(32))


def _manifest(walk: Walk, path: Path) -> object:
    return export(walk, None, "salesforce", path.parent)


def _exported_again(walk: Walk, path: Path) -> object:
    """The tables of an export are read when it is made again, for what has changed in each."""
    export(walk, None, "salesforce", path.parent / "crm")
    record = walk.load(next(walk.store.ids()))
    walk.save(walk.set(record, address("next_step"), "Send the offer to their buyer"))
    shutil.copy(path, path.parent / "crm" / path.name)
    return export(walk, None, "salesforce", path.parent / "crm")


def _signing_key(_walk: Walk, path: Path) -> object:
    path.chmod(0o600)
    return Keys(path.parent, use_keyring=False).signer()


def _restored(_walk: Walk, path: Path) -> object:
    place = path.parent / "restored.db"
    restore(place, path, dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    return _store(_walk, place)


def _checked(_walk: Walk, path: Path) -> object:
    return [str(fault) for outcome in examine(path) for fault in outcome.faults]


def _store(_walk: Walk, path: Path) -> object:
    with Store.open(path) as store:
        walk = Walk(store, load_playbook(None), make_context(path))
        return [walk.verdict(walk.load(one)) for one in store.ids()]


def packet_turned(data: bytes, chance: Chance) -> bytes:
    """A packet that was packed and sealed anew, with other members."""
    folder = Path(_folder())
    path = folder / "before.oppwiz"
    path.write_bytes(data)
    with open_archive(path) as archive:
        members = {file.name: archive.read(file.name) for file in archive.manifest.files}
        facts: Mapping[str, Any] = archive.manifest.facts
        kind, schema = archive.manifest.kind, archive.manifest.schema
    name = chance.choice([one for one in members if not one.startswith("files/")])
    if name.endswith(".json"):
        members[name] = mutations.json_turned(members[name].replace(b"\n", b" "), chance)
    elif name.endswith(".jsonl"):
        lines = members[name].splitlines()
        number = chance.randrange(len(lines))
        lines[number] = _turned_change(lines[number], chance)
        members[name] = b"\n".join(lines)
    else:
        with contextlib.suppress(ValueError, RecursionError):
            facts = json.loads(mutations.turned_document(json.loads(json.dumps(dict(facts))), chance))
    with contextlib.suppress(ValueError, RecursionError):  # facts that no packet can have
        write_archive(path, [Member(one, (held,)) for one, held in members.items()], kind, schema, facts, None)
    return path.read_bytes()


def _turned_change(line: bytes, chance: Chance) -> bytes:
    """A change of the log, or the value in it, turned about."""
    change = json.loads(line)
    name = chance.choice(("old", "new", ""))
    if name and change.get(name):
        change[name] = mutations.turned_document([json.loads(change[name])], chance)[1:-1]
        return json.dumps(change).encode("utf-8", "surrogatepass")
    return mutations.turned_document(change, chance).encode("utf-8", "surrogatepass")


def receipt_turned(data: bytes, chance: Chance) -> bytes:
    """A receipt that was sealed anew, with another body."""
    document = json.loads(data)
    body = json.loads(document["body"])
    record = next(iter(body["changes"]))
    if chance.random() < 0.6:
        number = chance.randrange(len(body["changes"][record]))
        line = _turned_change(json.dumps(body["changes"][record][number]).encode(), chance)
        text = json.dumps(body).replace(json.dumps(body["changes"][record][number]), line.decode("utf-8", "replace"))
    else:
        text = mutations.turned_document(body, chance)
    text = text.encode("utf-8", "replace").decode()
    document |= {
        "body": text,
        "seal": {"sha256": hashlib.sha256(text.encode()).hexdigest(), "key": "", "signature": ""},
    }
    return json.dumps(document).encode()


def _folder() -> str:
    import tempfile

    folder = Path(tempfile.gettempdir()) / "oppwizard-fuzz"
    folder.mkdir(exist_ok=True)
    return str(folder)


READERS: Final[dict[str, Reader]] = {
    "json": Reader("records.json", import_file, (mutations.json_turned,)),
    "lines": Reader("records.jsonl", import_file, (mutations.json_turned,), whole=False),
    "history": Reader("past.csv", _history, (mutations.cells_turned,)),
    "leads": Reader("leads.csv", _leads, (mutations.cells_turned,), whole=False),
    "json leads": Reader("leads.json", _leads, (mutations.json_turned,), whole=False),
    "packet": Reader("deal.oppwiz", _packet, (packet_turned,), store="empty"),
    "packet again": Reader("deal.oppwiz", _packet, (packet_turned,), store="sent"),
    "receipt": Reader(
        "deal.receipt.json", lambda walk, path: enter(walk, read_receipt(path)), (receipt_turned,), "sent"
    ),
    "playbook": Reader("playbook.toml", _playbook, (mutations.toml_turned,)),
    "history mapping": Reader("map.toml", lambda _walk, path: load_mapping(path), (mutations.toml_turned,)),
    "lead mapping": Reader("map.toml", lambda _walk, path: load_lead_mapping(path), (mutations.toml_turned,)),
    "provider": Reader("list.json", _file_provider, (mutations.json_turned,), whole=False),
    "provider table": Reader("list.csv", _file_provider, (mutations.cells_turned,), whole=False),
    "answer": Reader("answer.json", _answer, (mutations.json_turned,), whole=False),
    "me": Reader("me.json", lambda _walk, path: Me.read(path.parent), (mutations.json_turned,)),
    "mail": Reader("mail.eml", _dropped, (mutations.lines_turned,)),
    "meeting": Reader("meeting.ics", _dropped, (mutations.lines_turned,)),
    "attachment": Reader("terms.txt", _attached),
    "keys": Reader("trusted.json", _keys, (mutations.json_turned,)),
    "manifest": Reader("manifest.json", _manifest, (mutations.json_turned,)),
    "exported table": Reader(TABLE, _exported_again, (mutations.cells_turned,), whole=False),
    "signing key": Reader("key.json", _signing_key, (mutations.json_turned,)),
    "store": Reader("other.db", _store),
    "checked store": Reader("other.db", _checked),
    "backup": Reader("backup.db", _restored),
}


def make(template: Template, folder: Path) -> Bench:
    """Make the sound files."""
    full = folder / "full.db"
    shutil.copy(template(None)[0], full)
    Store.open(folder / "empty.db").close()
    shutil.copy(full, folder / "sent.db")
    samples = {
        "history": _HISTORY,
        "leads": _LEADS,
        "json leads": json.dumps(
            [{"company": "Acme", "contact": "Bo", "status": "SQL", "budget": 5, "more": [1]}]
        ).encode(),
        "playbook": _PLAYBOOK,
        "history mapping": b'dates = "day-first"\n[columns]\namount = "Amount"\n[outcomes]\nWon = "won"\n',
        "lead mapping": b'dates = "day-first"\n[columns]\n"account.dba" = "Company"\n[states]\nSQL = "sql"\n',
        "provider": json.dumps({"acme.example": {"account.employees": 5, "revenue": 1.5, "money": "EUR"}}).encode(),
        "provider table": b"domain,account.employees,revenue,money,day\nacme.example,5,1.5,EUR,2026-01-02\n",
        "answer": _TOLD,
        "me": json.dumps(
            {"name": "Kim", "email": "kim@ours.example", "role": "rep", "team": "", "manager": "Mona"}
        ).encode(),
        "mail": _MAIL,
        "meeting": _MEETING,
        "attachment": b"30 days",
        "keys": json.dumps(
            {
                "format": "oppwizard.trust",
                "version": 1,
                "keys": {"00" * 32: {"allowed": True, "name": "Kim", "at": "2026-01-02T00:00:00+00:00"}},
            }
        ).encode(),
        **dict.fromkeys(("store", "checked store", "backup"), full.read_bytes()),
    }
    return Bench(folder, folder / "empty.db", full, folder / "sent.db", samples | dict(_written(folder)))


def _written(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What the program writes itself."""
    walk = open_walk(make_context(folder / "sent.db"))
    record = walk.load(next(walk.store.ids()))
    walk.save(walk.attach(record, "terms.txt", b"30 days"))
    yield "json", export(walk, [record.id], "json", folder / "out").paths[0].read_bytes().replace(b"\n", b" ")
    yield "lines", export(walk, [record.id], "jsonl", folder / "out").paths[0].read_bytes()
    export(walk, [record.id], "salesforce", folder / "crm")
    yield "manifest", next((folder / "crm").glob("*manifest*")).read_bytes()
    yield "exported table", (folder / "crm" / TABLE).read_bytes()
    Keys(folder / "keys", use_keyring=False).signer()
    yield "signing key", (folder / "keys" / "key.json").read_bytes()
    packed = pack(walk, [record.id], Order(HandoffKind.SDR_AE, "alex", "In a hurry"), folder / "deal.oppwiz")
    walk.store.close()
    yield from ((name, packed.path.read_bytes()) for name in ("packet", "packet again"))
    alex = open_walk(make_context(folder / "alex.db", "alex"))
    _packet(alex, packed.path)
    answer(alex, packed.packet, Answer(HandoffState.ACCEPTED, 4), folder / "deal.receipt.json")
    alex.store.close()
    yield "receipt", (folder / "deal.receipt.json").read_bytes()


def read(bench: Bench, name: str, content: bytes, folder: Path) -> OppwizardError | None:
    """Read a file; what refused it, if anything did.

    Raises:
        AssertionError: something was half done, or what was taken in cannot be judged.
    """
    reader = READERS[name]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(getattr(bench, reader.store), folder / "store.db")
    path = folder / reader.file
    path.write_bytes(content)
    walk = open_walk(make_context(folder / "store.db", "alex" if reader.store == "empty" else "rep"))
    refused: OppwizardError | None = None
    try:
        before = _rows(walk)
        try:
            reader.read(walk, path)
        except OppwizardError as problem:
            refused = problem
        if refused is not None:
            assert str(refused)
            assert not reader.whole or _rows(walk) == before, "it was refused, and something of it is there"
        if _rows(walk) != before:
            _is_sound(walk)
    finally:
        walk.store.close()
    return refused


def _rows(walk: Walk) -> tuple[Any, ...]:
    with walk.store._reading() as connection:
        tables = ("opportunity", "account", "contact", "change", "pending", "handoff", "past_deal", "blob")
        return tuple(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() for table in tables)


def _is_sound(walk: Walk) -> None:
    """Whether everything in a store can be read, judged, told and written out."""
    for identity in list(walk.store.ids()):
        record = walk.load(identity)
        walk.verdict(record)
        walk.told_history(record)
    export(walk, None, "json", walk.context.store.parent / "out", drafts=True)
