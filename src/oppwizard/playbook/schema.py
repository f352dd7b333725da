"""The playbook: what its settings are, what each takes, and what they are unless somebody says otherwise."""

import datetime as dt
import zlib
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from oppwizard.i18n import SOURCE, T, given, language
from oppwizard.model.custom import Custom
from oppwizard.model.enums import Stage
from oppwizard.model.text import fold
from oppwizard.playbook.answerable import unanswerable
from oppwizard.playbook.automation import Automation
from oppwizard.playbook.backups import Backups
from oppwizard.playbook.bloat import Bloat
from oppwizard.playbook.coaching import ByLanguage, wrong_coach
from oppwizard.playbook.competitors import BattleCard, card_of, wrong_cards
from oppwizard.playbook.crm import Crm
from oppwizard.playbook.enrichment import Enrichment
from oppwizard.playbook.fields import ROOM, CustomField, model_of
from oppwizard.playbook.leads import LeadIntake
from oppwizard.playbook.notifying import Notify
from oppwizard.playbook.products import Price, Pricing, Product, wrong_products
from oppwizard.playbook.rules import MOST_RULES, Rule
from oppwizard.playbook.rulings import Ruling, resolve
from oppwizard.playbook.section import Labels, Section as _Section, Wrong, hundred, near


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

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        if self.low > self.high:
            yield Wrong(("high",), T("It is to be {number} or more", number=f"{self.low:f}"))


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
    """So many people a deal must know ..."""
    minimum_complex: int = Field(default=3, ge=1)
    """... and so many a complex one."""
    complex_from: Decimal = Field(default=Decimal(50_000), ge=0)
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

    JUDGES: ClassVar[bool] = False

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

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        if self.overdue_hours <= self.warn_hours:
            yield Wrong(
                ("overdue_hours",),
                T("It is to be more than warn_hours, {hours}", hours=self.warn_hours),
                beside=("warn_hours",),
            )
        if self.closes != dt.time(0) and self.closes <= self.opens:
            yield Wrong(("closes",), T("It is to be later than opens, {time}", time=self.opens), beside=("opens",))
        if not self.workdays or not set(self.workdays) <= set(range(1, 8)):
            yield Wrong(("workdays",), T("Days of the week are numbers from 1, Monday, to 7, Sunday"))


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

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        yield from hundred(self, "completion", "accuracy", "activity", "documentation")


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

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        yield from hundred(self, "completion", "coverage", "recency")
        if self.stale_days <= self.fresh_days:
            yield Wrong(
                ("stale_days",),
                T("It is to be more than fresh_days, {days}", days=self.fresh_days),
                beside=("fresh_days",),
            )


class Playbook(_Section):
    """Everything an organisation may change without touching code."""

    version: str = Field(min_length=1, max_length=80)
    """What records remember as the playbook they were judged by; a mark is added where settings differ from ours."""
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
    backups: Backups = Backups()
    review: ReviewClock = ReviewClock()
    peer: PeerReviews = PeerReviews()
    audit: Auditing = Auditing()
    enrichment: Enrichment = Enrichment()
    leads: LeadIntake = LeadIntake()
    bloat: Bloat = Bloat()
    sales_stages: tuple[SalesStage, ...]
    """The stages of the organisation's pipeline, in their order (E1)."""
    products: tuple[Product, ...] = ()
    picks: dict[str, PickList]
    """The lists that fields choose from, by their names."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Key bindings by their identifier, to be used instead of the built-in ones."""
    fields: tuple[CustomField, ...] = ()
    """The organisation's own fields."""
    notify: Notify = Notify()
    """Who is told what."""
    rules: tuple[Rule, ...] = Field(default=(), max_length=MOST_RULES)
    """The organisation's own validation rules (A5)."""
    automation: Automation = Automation()
    crm: Crm = Crm()
    """What the organisation's CRM calls things."""
    pricing: Pricing = Pricing()
    competitors: tuple[BattleCard, ...] = ()
    """What is known of competitors."""
    coach: ByLanguage = Field(default_factory=dict)
    """What the coach says beside, or instead of, what is built in, by language."""

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        for position, field in enumerate(self.fields):
            yield from self._lists_of(position, field)
        if sum(field.need == "required" for field in self.fields) > ROOM:
            yield Wrong(
                ("fields",),
                T("More than {most} required fields of your own: nobody fills them in", most=ROOM),
                T("Make some of them recommended or optional."),
            )
        yield from unanswerable(self)
        yield from wrong_products(self.products, self)
        yield from wrong_cards(self.competitors)
        yield from wrong_coach(self)

    def _lists_of(self, position: int, field: CustomField) -> Iterator[Wrong]:
        at = ("fields", position, "picks")
        if field.picks is None:
            return
        if field.picks not in (known := (*self.picks, "products", "sales_stages")):
            yield Wrong(
                at,
                T("There is no list “{name}”", name=field.picks),
                near(field.picks, known) or T("Add it as [picks.{name}].", name=field.picks),
                because=("picks", field.picks),
            )
        elif field.need == "required" and not self.pick_list(field.picks).can_be_answered:
            yield Wrong(
                at,
                T("The field is required, and its list “{name}” is empty", name=field.picks),
                T("Add items to the list, set open = true in it, or let the field be optional."),
                because=("picks", field.picks),
            )

    @model_validator(mode="after")
    def _rules_are_sound(self) -> Self:
        if self.rules:
            _ = self.rulings
        return self

    @cached_property
    def rulings(self) -> dict[Stage, tuple[Ruling, ...]]:
        """The rules, worked out, by the stage whose gate looks at them."""
        return resolve(self)

    @cached_property
    def digest(self) -> int:
        """A number of its own for all that records are judged by: under another one they may be judged otherwise."""
        idle = {name for name in type(self).model_fields if not getattr(getattr(self, name), "JUDGES", True)}
        return zlib.crc32(self.model_dump_json(exclude={"version", "keys"} | idle).encode())

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
            return PickList.model_construct(items=self.sales_stages)  # doubles are told at their own place
        if name == "products":
            return PickList.model_construct(
                open=True, items=tuple(Pick(value=p.sku, label=p.name) for p in self.products)
            )
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
