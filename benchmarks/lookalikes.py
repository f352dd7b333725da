"""Made-up companies and deals with near-duplicates among them, of which is known what is the same (A8).

Everything follows from a seed. The companies have names of their own: many thousand invented stems, each put together
with sectors, places and other stems, so that two companies are told apart by their names and not by luck.
"""

import datetime as dt
import random
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import SQLModel

from benchmarks.store import NOON, SEED
from oppwizard.data.engine import engines
from oppwizard.data.store import Store
from oppwizard.data.tables import table_of, values_of
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.enums import BillingPeriod, Commitment, PricingModel, Standing, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Person, Record
from oppwizard.model.text import fold

STEMS: Final = 30_000
_KANJI_STEMS: Final = 6_000
_DEALS_EACH: Final = 2.0
_SEEDED: Final = 0.05
"""So many of a store's deals have a near-duplicate in it."""
_CHUNK: Final = 5_000
_ONSETS: Final = [
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "w",
    "z",
    "br",
    "cl",
    "dr",
    "fl",
    "gr",
    "kr",
    "pl",
    "pr",
    "sk",
    "sp",
    "st",
    "tr",
]
_VOWELS: Final = ["a", "e", "i", "o", "u", "a", "e", "i", "o", "ai", "ea", "io", "ou"]
_CODAS: Final = ["", "", "", "l", "n", "r", "s", "x", "m", "nd", "rk", "st"]
_KANJI: Final = (
    "山川田中村林森石木竹松梅桜杉原野上下北南東西高大小長光明正和平安富豊吉福永久丸三千万白黒赤青銀金玉宝"
    "星月日空海島崎浜岸沢谷岡坂橋本宮寺井戸門城武勝栄昭成広弘重清水泉滝池津江波風雲雪春夏秋冬"
)
_SECTORS: Final = (
    *("Steel", "Foods", "Logistics", "Medical", "Energy", "Textiles", "Paper", "Glass", "Optics", "Marine", "Dairy"),
    *("Packaging", "Robotics", "Software", "Chemicals", "Pharma", "Electronics", "Motors", "Plastics", "Furniture"),
    *("Printing", "Insurance", "Bank", "Capital", "Consulting", "Engineering", "Construction", "Mining", "Airlines"),
    *("Hotels", "Media", "Telecom", "Systems", "Instruments", "Bearings", "Pumps", "Cables", "Ceramics", "Breweries"),
)
_KANA: Final = "アイウエオカキクケコサシスセソタチテトナニネノハヒフヘマミムメモラリルレロワ"
_KANA_ENDS: Final = ("", "", "ン", "ー", "ックス", "ント")
_OLD: Final = str.maketrans("広沢桜浜島国富斎辺万宝竜", "廣澤櫻濱嶋國冨齋邊萬寶龍")
_SECTORS_JA: Final = (
    *("製作所", "工業", "商事", "物流", "電機", "食品", "建設", "化学", "精機", "運輸", "印刷", "薬品", "鉄工所"),
    *("産業", "紡績", "硝子", "製紙", "水産", "酒造", "不動産", "電子", "設計", "金属", "樹脂"),
)
_PLACES: Final = (
    *("Leeds", "Osaka", "Texas", "Bavaria", "Nordic", "Milano", "Iberia", "Ontario", "Queensland", "Porto", "Zurich"),
    *("Bergen", "Lyon", "Krakow", "Dublin", "Antwerp", "Nagoya", "Ohio", "Kansai", "Andes"),
)
_FORMS: Final = ("Inc.", "LLC", "Ltd", "GmbH", "AG", "S.A.", "B.V.", "Co., Ltd.", "Corp.", "Oy", "AB", "S.p.A.", "PLC")
_FORMS_JA: Final = ("株式会社{}", "{}株式会社", "有限会社{}", "(株){}", "㈱{}", "{}合同会社")
_PRODUCTS: Final = tuple(f"SKU-{number:03d}" for number in range(60))
_OWNERS: Final = tuple(f"Rep {number:02d}" for number in range(80))
_JAPANESE: Final = 0.15
_WIDE: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_HALF: Final = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Company:
    """A company: the name that it goes by, the registered one, its domain and phone (empty where unknown)."""

    dba: str
    legal: str
    currency: str
    domain: str = ""
    phone: str = ""
    contact: bool = True


@dataclass(frozen=True, slots=True)
class Sale:
    """A deal as far as duplicates are concerned.

    Attributes:
        twin: the number of the deal that this one duplicates; None for a deal of its own.
    """

    company: Company
    account: UUID
    id: UUID
    amount: Decimal
    opened: dt.date
    until: dt.date
    product: str
    draft: bool
    twin: int | None = None


class Names:
    """Companies with names that no other one has."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._used: set[tuple[str, ...]] = set()
        self._stems = self._distinct(STEMS, self._stem)
        self._kanji = self._distinct(_KANJI_STEMS, lambda: "".join(chance.sample(_KANJI, 2)))
        self._kana = self._distinct(STEMS, self._kana_stem)

    def _distinct(self, count: int, make: Callable[[], str]) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            found[make()] = None
        return list(found)

    def _stem(self) -> str:
        pick = self._chance.choice
        parts = [pick(_ONSETS) + pick(_VOWELS) for _ in range(self._chance.choice((2, 2, 3)))]
        return ("".join(parts) + pick(_CODAS)).title()

    def _kana_stem(self) -> str:
        letters = "".join(self._chance.choices(_KANA, k=self._chance.choice((3, 4, 4, 5))))
        return letters + self._chance.choice(_KANA_ENDS)

    def company(self) -> Company:
        """Another company."""
        chance = self._chance
        japanese = chance.random() < _JAPANESE
        while True:
            base = self._japanese() if japanese else self._latin()
            known = tuple(sorted(fold(base).replace("&", " ").split()))
            if known not in self._used:
                self._used.add(known)
                break
        legal = chance.choice(_FORMS_JA).format(base) if japanese else f"{base} {chance.choice(_FORMS)}"
        ascii_name = "".join(char for char in fold(base) if char.isascii() and char.isalnum())
        domain = f"{ascii_name or format(chance.getrandbits(40), 'x')}.example"
        phone = f"+{81 if japanese else 1}{chance.randrange(10**8, 10**9)}"
        return Company(base, legal, "JPY" if japanese else chance.choice(("USD", "USD", "EUR", "GBP")), domain, phone)

    def _latin(self) -> str:
        pick = self._chance.choice
        stem, other, sector, place = pick(self._stems), pick(self._stems), pick(_SECTORS), pick(_PLACES)
        forms = (
            *(f"{stem} {sector}", f"{stem} {sector}", f"{stem} {other}", f"{stem} {other} {sector}"),
            *(f"{place} {stem} {sector}", f"{stem} {sector} {place}", f"{stem} & {other}", f"{stem} {other} {place}"),
        )
        return pick(forms)

    def _japanese(self) -> str:
        pick = self._chance.choice
        one, other, kana, sector = pick(self._kanji), pick(self._kanji), pick(self._kana), pick(_SECTORS_JA)
        return pick((f"{one}{sector}", f"{one}{other}{sector}", f"{kana}{sector}", f"{kana}・{pick(self._kana)}", kana))


# What a person in a hurry makes of a name


def _slip(name: str, chance: random.Random) -> str:
    """One letter wrong, missing, doubled or in the wrong order.

    One character of a name in kanji does not slip, it makes another name (山田工業, 山本工業): there an old form of a
    character is chosen, or a blank comes in between.
    """
    places = [at for at, char in enumerate(name) if char.isalpha() and (char.isascii() or char in _KANA)]
    if not places:
        old = name.translate(_OLD)
        return old if old != name else f"{name[:2]} {name[2:]}"
    at = chance.choice(places[1:] or places)
    sort = chance.randrange(4)
    if sort == 0 and len(places) > 3:
        return name[:at] + name[at + 1 :]
    if sort == 1:
        return name[:at] + name[at] + name[at:]
    if sort == 2 and at + 1 in places and name[at] != name[at + 1]:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    other = chance.choice((_LETTERS if name[at].isascii() else _KANA).replace(name[at].lower(), ""))
    return name[:at] + (other.upper() if name[at].isupper() else other) + name[at + 1 :]


def _form(name: str, chance: random.Random) -> str:
    """Another legal form."""
    return f"{name} {chance.choice(_FORMS)}" if name.isascii() else chance.choice(_FORMS_JA).format(name)


def _width(name: str, chance: random.Random) -> str:
    """Letters as wide as characters of East Asia, kana half as wide, or all letters great."""
    if not name.isascii():
        return "".join(_HALF.get(char, char) for char in name)
    return name.translate(_WIDE) if chance.random() < 0.6 else name.upper()


def _order(name: str, chance: random.Random) -> str:
    """The words in another order."""
    words = name.split()
    return " ".join([*words[1:], words[0]]) if len(words) > 1 else _form(name, chance)


KINDS: Final[dict[str, tuple[Callable[[str, random.Random], str], ...]]] = {
    "typo": (_slip,),
    "suffix": (_form,),
    "width": (_width,),
    "order": (_order,),
    "typo and suffix": (_slip, _form),
    "typo and order": (_slip, _order),
    "order and width": (_order, _width),
}
_SHARES: Final = (35, 20, 10, 10, 10, 10, 5)


def lookalike(sale: Sale, number: int, chance: random.Random, kind: str = "") -> tuple[Sale, str]:
    """The same deal, begun once more by somebody else; with the kind of change that its name has seen.

    The amount is up to 10 % more or less, the two are open at the same time for a while, and one in five names another
    product. Three in ten know somebody with the company's domain.
    """
    kind = kind or chance.choices(list(KINDS), _SHARES)[0]
    name = sale.company.dba
    for change in KINDS[kind]:
        name = change(name, chance)
    known = chance.random() < 0.3
    company = replace(sale.company, dba=name, legal="", phone="", contact=known)
    opened = sale.opened + (sale.until - sale.opened) * chance.uniform(0, 0.5)
    twin = replace(
        sale,
        company=company,
        account=identity(chance),
        id=identity(chance),
        amount=(sale.amount * Decimal(str(round(chance.uniform(0.9, 1.1), 4)))).quantize(Decimal(1)),
        opened=opened,
        until=max(opened + dt.timedelta(days=14), sale.until + dt.timedelta(days=chance.randint(-25, 25))),
        product=sale.product if chance.random() < 0.8 else chance.choice(_PRODUCTS),
        draft=True,
        twin=number,
    )
    return twin, kind


# Stores


@dataclass
class World:
    """What was put into a store, and what is not in it.

    Attributes:
        sales: the deals in the store, lookalikes included.
        fresh: deals of companies that the store has never heard of.
        returning: new deals of companies in the store, their amount, product and time by chance.
    """

    path: Path
    sales: list[Sale]
    fresh: list[Sale] = field(default_factory=list)
    returning: list[Sale] = field(default_factory=list)

    @property
    def truth(self) -> set[frozenset[UUID]]:
        """The pairs of deals that are the same."""
        return {frozenset((self.sales[sale.twin].id, sale.id)) for sale in self.sales if sale.twin is not None}

    def asked(self, count: int, seed: int = SEED) -> Iterator[tuple[Sale, Sale, str]]:
        """Lookalikes that are not in the store: what they look like, they themselves, and the kind."""
        chance = random.Random(seed + 1)
        own = [number for number, sale in enumerate(self.sales) if sale.twin is None]
        for number in chance.sample(own, min(count, len(own))):
            twin, kind = lookalike(self.sales[number], number, chance)
            yield self.sales[number], twin, kind


def made_up(count: int, path: Path, fresh: int = 2_000, seed: int = SEED) -> World:
    """Deals of companies that buy once or several times, every twentieth a lookalike of another one.

    The companies of the deals that are not in the store are drawn among the others, so that they differ in nothing.
    """
    chance = random.Random(seed)
    names = Names(chance)
    new = _own(names, chance)
    unseen = [next(new) for _ in range(fresh)]
    world = World(path, [], unseen)
    while len(world.sales) < count:
        for sale in islice(_customer(names, chance), count - len(world.sales)):
            world.sales.append(sale)
            if len(world.sales) < count and chance.random() < _SEEDED:
                world.sales.append(lookalike(sale, len(world.sales) - 1, chance)[0])
    known = [sale for sale in world.sales if sale.twin is None]
    for sale in chance.sample(known, min(fresh, len(known))):
        world.returning.append(_sale(sale.company, identity(chance), chance))
    return world


def _own(names: Names, chance: random.Random) -> Iterator[Sale]:
    while True:
        yield _sale(names.company(), identity(chance), chance)


def _customer(names: Names, chance: random.Random) -> Iterator[Sale]:
    """The deals of one company; a draft has a row of its own for the company until it becomes an opportunity."""
    company, account = names.company(), identity(chance)
    many = min(40, 1 + int(chance.expovariate(1 / (_DEALS_EACH - 0.5))))
    for _ in range(many):
        draft = chance.random() < 0.35
        own = draft and chance.random() < 0.5
        yield replace(_sale(company, identity(chance) if own else account, chance), draft=draft)


def _sale(company: Company, account: UUID, chance: random.Random) -> Sale:
    opened = NOON.date() - dt.timedelta(days=chance.randint(0, 540))
    until = opened + dt.timedelta(days=chance.randint(30, 240))
    scale = 150 if company.currency == "JPY" else 1
    amount = Decimal(round(chance.lognormvariate(10.5, 1.2) * scale, -2)).quantize(Decimal(1))
    return Sale(company, account, identity(chance), amount, opened, until, chance.choice(_PRODUCTS), draft=False)


def identity(chance: random.Random) -> UUID:
    """An identity like those that the store gives."""
    return UUID(int=chance.getrandbits(128) & ~(0xF << 76) & ~(0xC << 60) | 0x7 << 76 | 0x8 << 60)


# Rows and records


def account_of(sale: Sale) -> dict[str, Any]:
    """The company's row."""
    company = sale.company
    standing = Standing.PROPOSED if sale.draft else Standing.ACTIVE
    named = {"dba": company.dba, "legal_name": company.legal or None, "standing": standing}
    return {"id": sale.account, **named, "name_key": fold(company.legal), "dba_key": fold(company.dba)}


def contact_of(sale: Sale) -> dict[str, Any]:
    """Somebody there."""
    known = {"email": f"info@{sale.company.domain}", "phone": sale.company.phone or None, "name": "A. Person"}
    return {"account_id": sale.account, **known, "standing": Standing.PROPOSED if sale.draft else Standing.ACTIVE}


def deal_of(sale: Sale) -> dict[str, Any]:
    """The deal's row."""
    begun = dt.datetime.combine(sale.opened, dt.time(12), dt.UTC)
    title = f"{sale.company.dba} - {sale.product}"
    return {
        **{"id": sale.id, "account_id": sale.account, "created_at": begun, "updated_at": begun, "title": title},
        **{"name": title, "status": Status.DRAFT if sale.draft else Status.CREATED, "currency": sale.company.currency},
        **{"amount": sale.amount, "close_on": sale.until, "owner": _OWNERS[sale.id.int % len(_OWNERS)]},
    }


def line_of(sale: Sale) -> dict[str, Any]:
    """What it sells."""
    priced = {"quantity": Decimal(1), "unit_price": sale.amount, "period": BillingPeriod.YEAR}
    meant = {"pricing_model": PricingModel.PER_SEAT, "commitment": Commitment.BUYING}
    return {"opportunity_id": sale.id, "sku": sale.product, "product": f"Product {sale.product}", **priced, **meant}


def record_of(sale: Sale) -> Record:
    """The deal as a record in memory, as the walk has it before it is created."""
    account = Account(**account_of(sale))
    deal = Opportunity(**deal_of(sale), term_months=12)
    record = Record(deal, account, lines=[LineItem(**line_of(sale))])
    if sale.company.contact:
        contact = Contact(**contact_of(sale))
        record.people.append(Person(contact, Stakeholder(opportunity_id=deal.id, contact_id=contact.id)))
    return record


def write(world: World) -> None:
    """Put the deals into a new store."""
    Store.open(world.path).close()
    opened = engines(world.path)
    try:
        with opened.write.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.execute("PRAGMA synchronous=OFF")  # only while it is filled
            known: set[UUID] = set()
            with connection.begin():
                for chunk in _chunks(world.sales):
                    firsts = {sale.account: sale for sale in reversed(chunk) if sale.account not in known}
                    known |= firsts.keys()
                    for model, rows in (
                        (Account, [account_of(sale) for sale in firsts.values()]),
                        (Contact, [contact_of(sale) for sale in firsts.values() if sale.company.contact]),
                        (Opportunity, [deal_of(sale) for sale in chunk]),
                        (LineItem, [line_of(sale) for sale in chunk]),
                    ):
                        if rows:
                            connection.execute(insert(table_of(model)), [_PLAIN[model] | _stamped(row) for row in rows])
    finally:
        opened.dispose()


def _chunks(sales: Iterable[Sale]) -> Iterator[list[Sale]]:
    each = iter(sales)
    while chunk := list(islice(each, _CHUNK)):
        yield chunk


_NUMBER = random.Random(SEED)


def _stamped(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row.get("id") or identity(_NUMBER), "created_at": NOON, "updated_at": NOON} | row


def _plain(row: SQLModel) -> dict[str, Any]:
    """The columns that may not be empty, as a new row has them."""
    return {name: value for name, value in values_of(row).items() if value is not None}


_NOBODY: Final = UUID(int=0)
_PLAIN: Final[dict[type[SQLModel], dict[str, Any]]] = {
    Account: _plain(Account()),
    Contact: _plain(Contact(account_id=_NOBODY)),
    Opportunity: _plain(Opportunity(account_id=_NOBODY)),
    LineItem: _plain(LineItem(opportunity_id=_NOBODY)),
}
