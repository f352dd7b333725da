"""The playbook: validated settings, read from TOML in layers (built-in, then the user's own file)."""

import datetime as dt
import tomllib
from decimal import Decimal
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from oppwizard.errors import InvalidInput
from oppwizard.i18n import SOURCE, T, given, language
from oppwizard.model.custom import Custom
from oppwizard.model.text import fold
from oppwizard.playbook.coaching import ByLanguage, check_coach
from oppwizard.playbook.competitors import BattleCard, card_of, check_cards
from oppwizard.playbook.fields import ROOM, CustomField, model_of
from oppwizard.playbook.products import Price, Pricing, Product, check_products
from oppwizard.playbook.section import Labels, Section as _Section


class Pick(_Section):
    """One entry of a pick list."""

    value: str
    label: Labels = Field(default_factory=dict)
    """The words shown for it, by language."""

    def __str__(self) -> str:
        return str(given(self.label)) if self.label else self.value


class PickList(_Section):
    """A list that a field chooses from."""

    open: bool = False
    """Whether a text that is not in the list is taken too."""
    items: tuple[Pick, ...] = ()
    more: tuple[Pick, ...] = ()
    """Further entries, behind those that are there; one of the same value takes its place."""
    without: tuple[str, ...] = ()
    """The values of entries that are not to be chosen any more."""

    @model_validator(mode="after")
    def _joined(self) -> Self:
        """Let `items` be what can be chosen, so that a list need not be written anew to be changed."""
        changed = {item.value: item for item in (*self.items, *self.more) if item.value not in self.without}
        object.__setattr__(self, "items", tuple(changed.values()))
        return self

    def takes(self, value: str) -> bool:
        """Whether a value can be chosen, or may be typed."""
        return self.open or any(item.value == value for item in self.items)

    @property
    def can_be_answered(self) -> bool:
        """Whether there is anything to choose."""
        return self.open or bool(self.items)


class SalesStage(Pick):
    """A stage of the organisation's pipeline with the probabilities that go with it (E1)."""

    low: Decimal = Field(ge=0, le=100)
    """The lowest probability that is consistent with the stage, in percent ..."""
    high: Decimal = Field(ge=0, le=100)
    """... and the highest."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError("high is to be low or more")
        return self


class Wording(_Section):
    """Texts that say nothing, in any language."""

    placeholders: tuple[str, ...]
    """Never satisfy a required text."""
    generic_names: tuple[str, ...]
    """Words that do not make an opportunity's name descriptive."""
    vague_steps: tuple[str, ...]
    """Phrases that do not make a next step."""
    more_placeholders: tuple[str, ...] = ()
    """Further ones; the lists above are replaced by those of a playbook that has them, these are added."""
    more_generic_names: tuple[str, ...] = ()
    more_vague_steps: tuple[str, ...] = ()

    @cached_property
    def placeholder_set(self) -> frozenset[str]:
        return frozenset(fold(word) for word in (*self.placeholders, *self.more_placeholders))

    @cached_property
    def generic_set(self) -> frozenset[str]:
        return frozenset(fold(word) for word in (*self.generic_names, *self.more_generic_names))

    @cached_property
    def vague_folded(self) -> tuple[str, ...]:
        """Folded phrases, longest first, so that "follow up next week" goes before "follow up"."""
        return tuple(
            sorted((fold(phrase) for phrase in (*self.vague_steps, *self.more_vague_steps)), key=len, reverse=True)
        )


class Sizing(_Section):
    """How deals are measured."""

    metric: Literal["arr", "acv", "tcv"] = "arr"
    """The figure that stands for the deal; TCV stands in where nothing recurs."""


class Committee(_Section):
    """How many people a deal must know (W5.4)."""

    minimum: int = Field(default=2, ge=1)
    minimum_complex: int = Field(default=3, ge=1)
    complex_from: Decimal = Decimal(50_000)
    """A deal of this TCV or more, in its own currency, is complex ..."""
    complex_scale: dict[str, Decimal] = Field(default_factory=dict)
    """... multiplied by this factor for currencies with small units (JPY 150)."""


class Calendar(_Section):
    """Our own calendar."""

    fiscal_year_starts: int = Field(default=1, ge=1, le=12)
    """The month in which our fiscal year begins; quarter ends follow from it (E6)."""
    days_off: tuple[dt.date, ...] = ()
    """Days beside the public holidays on which nobody signs."""


class History(_Section):
    """When a date or an amount differs enough from deals of the past to be asked about (A10, A11)."""

    minimum: int = Field(default=50, ge=2)
    """The won deals that a group must rest on; a thinner one gives way to a wider one."""
    early: float = Field(default=3, ge=0, lt=50)
    """A close date is early when less than this share of the won deals, in percent, was as quick."""
    late: float = Field(default=97, gt=50, le=100)
    """A close date is late when more than this share of the won deals, in percent, was quicker."""
    size_bands: tuple[Decimal, ...] = (Decimal(1_000), Decimal(10_000), Decimal(50_000), Decimal(250_000))
    """Where one band of sizes ends and the next begins, scaled by currency as `Committee.complex_scale` says."""
    robust_z: float = Field(default=3.5, gt=0)
    """An amount is unusual from this distance from the median on, in robust standard deviations of its logarithm."""
    moves: int = Field(default=2, ge=1)
    """So many moves of a close date since the customer last agreed to one are too many (M3)."""


class Duplicates(_Section):
    """When another record is taken for the same deal (A8)."""

    rare: int = Field(default=20, ge=2)
    """Something that more accounts than this have in common is no evidence that two of them are one."""
    shown: float = Field(default=0.5, ge=0, le=1)
    """A record of this strength or more is shown."""
    listed: float = Field(default=0.85, ge=0, le=1)
    """Over the whole store, where nobody has asked, two records of this strength or more are listed."""
    amount_within: float = Field(default=10, ge=0, le=100)
    """Amounts that differ by so many percent of the larger one are alike ..."""
    amount_same: float = Field(default=2, ge=0, le=100)
    """... and by so many the same."""
    close_within: int = Field(default=31, ge=0)
    """Close dates so many days apart are the same period ..."""
    stop_within: int = Field(default=2, ge=0)
    """... and, with all else the same, so many stop the creation until a person has said why it is another deal."""


class Attachments(_Section):
    """Files kept with a record (E8)."""

    megabytes: int = Field(default=25, ge=1, le=60)
    """The largest file that is taken, in millions of bytes."""


class ReviewClock(_Section):
    """How soon a manager looks at a new opportunity (Q1). Hours count on working days alone."""

    warn_hours: int = Field(default=24, ge=1)
    """After so many hours the review is due ..."""
    overdue_hours: int = Field(default=48, ge=1)
    """... and after so many overdue."""
    opens: dt.time = dt.time(0)
    """From which time of a working day on hours count ..."""
    closes: dt.time = dt.time(0)
    """... and until when; midnight for the end of the day."""
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    """The days of the week on which hours count, Monday being 1; public holidays and our own days off do not."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.overdue_hours <= self.warn_hours:
            raise ValueError("overdue_hours is to be more than warn_hours")
        if self.closes != dt.time(0) and self.closes <= self.opens:
            raise ValueError("closes is to be later than opens")
        if not self.workdays or not set(self.workdays) <= set(range(1, 8)):
            raise ValueError("workdays are numbers from 1, Monday, to 7, Sunday")
        return self


class PeerReviews(_Section):
    """Which deals colleagues look at together, how often and for how long (Q2)."""

    arr_from: Decimal = Decimal(50_000)
    """Deals of more ARR than this; scaled by currency as `Committee.complex_scale` says."""
    every_days: int = Field(default=14, ge=1)
    """So many days after the last session the next one is due ..."""
    strategic_days: int = Field(default=7, ge=1)
    """... and so many for a strategic account."""
    strategic_accounts: tuple[str, ...] = ()
    """The names of accounts whose deals are looked at whatever their size."""
    agenda: tuple[int, int, int] = (5, 10, 5)
    """Minutes for presentation, questions and coaching."""


class Auditing(_Section):
    """How operations audits the records (Q3)."""

    sample: int = Field(default=50, ge=1)
    """So many records are drawn unless it is said otherwise."""
    stale_days: int = Field(default=30, ge=1)
    """A record without a talk for so many days is stale ..."""
    stale_by_stage: dict[str, int] = Field(default_factory=dict)
    """... unless its stage is named here, by its number."""
    completion: int = Field(default=40, ge=0)
    """Points of the rubric for required fields that are answered."""
    accuracy: int = Field(default=30, ge=0)
    """Points for amount, date and stage being as the rules want them."""
    activity: int = Field(default=15, ge=0)
    """Points for talks that are recent and agree with the record."""
    documentation: int = Field(default=15, ge=0)
    """Points for notes, evidence and a plan."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.completion + self.accuracy + self.activity + self.documentation != 100:
            raise ValueError("completion, accuracy, activity and documentation are to make 100 together")
        return self


class ScoreWeights(_Section):
    """What the data-quality score is made of (A9)."""

    completion: int = Field(default=50, ge=0)
    """Points for fields that are answered."""
    coverage: int = Field(default=30, ge=0)
    """Points for the people who decide and use: known in their roles, and met."""
    recency: int = Field(default=20, ge=0)
    """Points for something having happened with the customer lately."""
    fresh_days: int = Field(default=14, ge=0)
    """Up to so many days since the last talk recency counts in full ..."""
    stale_days: int = Field(default=60, ge=1)
    """... and from so many days on not at all."""
    engaged: int = Field(default=3, ge=1)
    """So many people met or engaged count in full."""
    low: int = Field(default=60, ge=0, le=100)
    """A score below this is flagged."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.completion + self.coverage + self.recency != 100:
            raise ValueError("completion, coverage and recency are to make 100 together")
        if self.stale_days <= self.fresh_days:
            raise ValueError("stale_days is to be more than fresh_days")
        return self


class Playbook(_Section):
    """Everything an organisation may change without touching code."""

    version: str
    region: dict[str, str]
    """The country whose telephone numbers are written without a prefix, by language."""
    currency: dict[str, str]
    """The currency a new draft starts with, by language."""
    wording: Wording
    sizing: Sizing = Sizing()
    committee: Committee = Committee()
    calendar: Calendar = Calendar()
    history: History = History()
    duplicates: Duplicates = Duplicates()
    score: ScoreWeights = ScoreWeights()
    attachments: Attachments = Attachments()
    review: ReviewClock = ReviewClock()
    peer: PeerReviews = PeerReviews()
    audit: Auditing = Auditing()
    sales_stages: tuple[SalesStage, ...]
    products: tuple[Product, ...] = ()
    picks: dict[str, PickList]
    keys: dict[str, str] = Field(default_factory=dict)
    """Key bindings by their identifier, to be used instead of the built-in ones."""
    fields: tuple[CustomField, ...] = ()
    """The organisation's own fields."""
    pricing: Pricing = Pricing()
    competitors: tuple[BattleCard, ...] = ()
    """What is known of competitors."""
    coach: ByLanguage = Field(default_factory=dict)
    """What the coach says beside, or instead of, what is built in, by language."""

    @model_validator(mode="after")
    def _contents_are_sound(self) -> Self:
        check_products(self.products, self)
        check_cards(self.competitors)
        check_coach(self)
        return self

    @model_validator(mode="after")
    def _fields_are_sound(self) -> Self:
        names = [field.name for field in self.fields]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two fields are called {name!r}")
        for field in self.fields:
            if field.picks is not None and field.picks not in (*self.picks, "products", "sales_stages"):
                raise ValueError(f"field {field.name!r}: there is no list called {field.picks!r}")
            if field.picks is not None and field.need == "required" and not self.pick_list(field.picks).can_be_answered:
                raise ValueError(f"field {field.name!r} is required, and its list {field.picks!r} is empty")
        if sum(field.need == "required" for field in self.fields) > ROOM:
            raise ValueError(f"there are more than {ROOM} required fields; nobody fills them in")
        return self

    @cached_property
    def custom(self) -> type[Custom]:
        """The class of the organisation's own fields."""
        return model_of(self.fields)

    @property
    def phone_region(self) -> str:
        """The region for telephone numbers in the language in use."""
        return self.region.get(language(), self.region[SOURCE])

    @property
    def home_currency(self) -> str:
        """The currency of a new draft in the language in use."""
        return self.currency.get(language(), self.currency[SOURCE])

    def pick_list(self, name: str) -> PickList:
        """The list of that name; price list and sales stages are lists too."""
        if name == "sales_stages":
            return PickList(items=self.sales_stages)
        if name == "products":
            return PickList(open=True, items=tuple(Pick(value=p.sku, label=p.name) for p in self.products))
        return self.picks[name]

    def sales_stage(self, value: str | None) -> SalesStage | None:
        """The sales stage of that value."""
        return next((stage for stage in self.sales_stages if stage.value == value), None)

    def product(self, sku: str | None) -> Product | None:
        """The price-list entry of that SKU."""
        return next((product for product in self.products if product.sku == sku), None)

    def price_of(self, sku: str | None, currency: str, book: str | None = None) -> Price | None:
        """What the price list asks for a product in a currency; None where it does not say."""
        product = self.product(sku)
        return product.price_in(currency, book) if product else None

    def card(self, name: str | None) -> BattleCard | None:
        """The battle card of a competitor, by any of its names."""
        return card_of(self.competitors, name)

    def is_complex(self, tcv: Decimal | None, currency: str) -> bool:
        """Whether a deal of that total contract value is complex (W5.4)."""
        return tcv is not None and tcv >= self.scaled(self.committee.complex_from, currency)

    def scaled(self, limit: Decimal, currency: str) -> Decimal:
        """A limit for currencies with large units, in another currency."""
        return limit * self.committee.complex_scale.get(currency, Decimal(1))


def load_playbook(user_file: Path | None = None) -> Playbook:
    """The built-in playbook with the user's file laid over it, table by table.

    Raises:
        InvalidInput: a file is not TOML, or a setting is not one; says which and where.
    """
    text = (resources.files("oppwizard.playbook") / "default" / "playbook.toml").read_text(encoding="utf-8")
    settings = tomllib.loads(text)
    if user_file is not None and user_file.is_file():
        settings = _overlaid(settings, _read(user_file))
    try:
        return Playbook.model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(
            T(
                "The playbook {file} has a fault at {place}: {fault}",
                file=user_file,
                place=".".join(map(str, first["loc"])),
                fault=first["msg"],
            )
        ) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidInput(T("The playbook {file} cannot be read: {fault}", file=file, fault=error)) from error


def _overlaid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _overlaid(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
