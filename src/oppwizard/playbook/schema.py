"""The playbook: what its settings are, what each takes, and what they are unless somebody says otherwise."""

import zlib
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from oppwizard.i18n import SOURCE, T, language
from oppwizard.model.custom import Custom
from oppwizard.model.enums import Stage
from oppwizard.playbook.answerable import unanswerable
from oppwizard.playbook.automation import Automation
from oppwizard.playbook.backups import Backups
from oppwizard.playbook.bloat import Bloat
from oppwizard.playbook.coaching import ByLanguage, wrong_coach
from oppwizard.playbook.competitors import BattleCard, card_of, wrong_cards
from oppwizard.playbook.crm import Crm
from oppwizard.playbook.enrichment import Enrichment
from oppwizard.playbook.fields import ROOM, CustomField, model_of
from oppwizard.playbook.judging import (
    Attachments,
    Calendar,
    Committee,
    Duplicates,
    History,
    ScoreWeights,
    Sizing,
    Wording,
)
from oppwizard.playbook.leads import LeadIntake
from oppwizard.playbook.notifying import Notify
from oppwizard.playbook.picks import Pick, PickList, SalesStage
from oppwizard.playbook.products import Price, Pricing, Product, wrong_products
from oppwizard.playbook.reviews import Auditing, PeerReviews, ReviewClock
from oppwizard.playbook.rules import MOST_RULES, Rule
from oppwizard.playbook.rulings import Ruling, resolve
from oppwizard.playbook.section import Section, Wrong, near


class Playbook(Section):
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
