"""The company that buys (W3.1)."""

from decimal import Decimal
from typing import Annotated

from sqlmodel import Field

from oppwizard.i18n import T
from oppwizard.model.ask import Ask, Kind, Need
from oppwizard.model.base import Row, choice, line, long, money
from oppwizard.model.enums import DecisionStructure, Stage, Standing

_DATA = Stage.DATA_COLLECTION
_GROUP = "account"
_KNOWN = "signals"


class Account(Row, table=True):
    """A legal entity. Proposed by a draft, active from the moment an opportunity is created with it."""

    standing: Standing = choice(Standing, Standing.PROPOSED)
    revenue_currency: str | None = Field(default=None, max_length=3)
    name_key: str = Field(default="", max_length=1_000, index=True)
    dba_key: str = Field(default="", max_length=1_000, index=True)

    dba: Annotated[
        str | None,
        Ask(
            "W1.5",
            Stage.QUALIFICATION,
            "budget",
            T("Company"),
            Kind.ACCOUNT,
            again=(_DATA,),
            example=T("the name they go by"),
        ),
    ] = line()
    legal_name: Annotated[
        str | None,
        Ask(
            "W3.1", _DATA, _GROUP, T("Legal name"), Kind.ACCOUNT, example=T("exactly as registered: Acme Holding GmbH")
        ),
    ] = line()
    industry: Annotated[str | None, Ask("W3.1", _DATA, _GROUP, T("Industry"), Kind.PICK, picks="industries")] = line()
    sub_industry: Annotated[
        str | None, Ask("W3.1", _DATA, _GROUP, T("Sub-industry"), example=T("e.g. industrial pumps"), wording=False)
    ] = line()
    employees: Annotated[int | None, Ask("W3.1", _DATA, _GROUP, T("Employees"), Kind.INTEGER)] = Field(
        default=None, gt=0, le=100_000_000
    )
    annual_revenue: Annotated[Decimal | None, Ask("W3.1", _DATA, _GROUP, T("Annual revenue"), Kind.MONEY)] = money()
    headquarters: Annotated[str | None, Ask("W3.1", _DATA, _GROUP, T("Headquarters"), example=T("city, country"))] = (
        line()
    )
    decision_location: Annotated[
        str | None, Ask("W3.1", _DATA, _GROUP, T("Where decisions are made"), example=T("city or division"))
    ] = line()
    decision_structure: Annotated[
        DecisionStructure | None,
        Ask("I1", _DATA, _GROUP, T("Decision structure"), Kind.CHOICE, Need.RECOMMENDED),
    ] = choice(DecisionStructure)
    website: Annotated[str | None, Ask("A8", _DATA, _GROUP, T("Website"), need=Need.OPTIONAL, wording=False)] = line()
    company_number: Annotated[
        str | None,
        Ask(
            "A8",
            _DATA,
            _GROUP,
            T("Company number"),
            need=Need.OPTIONAL,
            example=T("LEI, or the number of the companies register"),
            wording=False,
        ),
    ] = line()
    parent_company: Annotated[
        str | None, Ask("I1", _DATA, _GROUP, T("Parent company"), need=Need.OPTIONAL, wording=False)
    ] = line()
    subsidiaries: Annotated[
        str | None, Ask("I1", _DATA, _GROUP, T("Subsidiaries"), Kind.LONG, Need.OPTIONAL, wording=False)
    ] = long()

    technologies: Annotated[
        str | None,
        Ask("A6", _DATA, _KNOWN, T("Technologies in use"), Kind.LONG, Need.OPTIONAL, wording=False),
    ] = long()
    intent: Annotated[
        str | None, Ask("A6", _DATA, _KNOWN, T("Signs of intent"), Kind.LONG, Need.OPTIONAL, wording=False)
    ] = long()

    @property
    def name(self) -> str:
        """The name to show: the legal one when it is known, else the one they go by."""
        return self.legal_name or self.dba or ""
