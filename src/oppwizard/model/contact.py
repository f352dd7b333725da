"""A person at the account, and what that person is to one deal (W1.6, W3.2, W5, K)."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from sqlmodel import Field

from oppwizard.i18n import T
from oppwizard.model.ask import Ask, Kind, Need
from oppwizard.model.base import ListColumn, Part, Row, choice, line
from oppwizard.model.enums import (
    Channel,
    Engagement,
    Influence,
    Level,
    Relationship,
    Responsiveness,
    Role,
    Stage,
    Standing,
)

_FIRST = Stage.QUALIFICATION
_DATA = Stage.DATA_COLLECTION
_MAP = Stage.STAKEHOLDERS
_GROUP = "people"


class Contact(Row, table=True):
    """A person at an account: the same person in every deal with it."""

    account_id: UUID = Field(foreign_key="account.id", index=True)
    standing: Standing = choice(Standing, Standing.PROPOSED)

    name: Annotated[str | None, Ask("W1.6", _FIRST, _GROUP, T("Name"), again=(_DATA, _MAP))] = line()
    title: Annotated[
        str | None, Ask("W3.2", _FIRST, _GROUP, T("Title"), need=Need.RECOMMENDED, again=(_DATA, _MAP))
    ] = line()
    email: Annotated[str | None, Ask("W3.2", _DATA, _GROUP, T("E-mail"), Kind.EMAIL, Need.OPTIONAL)] = line()
    phone: Annotated[str | None, Ask("W3.2", _DATA, _GROUP, T("Phone"), Kind.PHONE, Need.OPTIONAL)] = line()
    profile: Annotated[
        str | None,
        Ask("A6", _DATA, _GROUP, T("Profile"), need=Need.OPTIONAL, example=T("address of a page"), wording=False),
    ] = line()
    department: Annotated[
        str | None, Ask("K5", _DATA, _GROUP, T("Department"), need=Need.OPTIONAL, again=(_MAP,), wording=False)
    ] = line()
    level: Annotated[Level | None, Ask("K5", _MAP, _GROUP, T("Level"), Kind.CHOICE, Need.OPTIONAL)] = choice(Level)


class Stakeholder(Part, table=True):
    """What a contact is to one deal: roles, influence, and how far we have come with them."""

    contact_id: UUID = Field(foreign_key="contact.id", index=True)

    roles: Annotated[list[Role], Ask("K1", _FIRST, _GROUP, T("Roles"), Kind.CHOICES, again=(_DATA, _MAP))] = Field(
        default_factory=list, sa_type=ListColumn(Role)
    )
    influence: Annotated[Influence | None, Ask("W1.6", _FIRST, _GROUP, T("Influence"), Kind.CHOICE, Need.OPTIONAL)] = (
        choice(Influence)
    )
    reports_to_id: Annotated[UUID | None, Ask("K4", _MAP, _GROUP, T("Reports to"), Kind.PERSON, Need.OPTIONAL)] = Field(
        default=None
    )
    engagement: Annotated[
        Engagement | None, Ask("W1.6", _FIRST, _GROUP, T("Engagement"), Kind.CHOICE, Need.OPTIONAL, again=(_MAP,))
    ] = choice(Engagement)
    relationship: Annotated[
        Relationship | None, Ask("K3", _MAP, _GROUP, T("Relationship"), Kind.CHOICE, Need.OPTIONAL)
    ] = choice(Relationship)
    channel: Annotated[
        Channel | None, Ask("W5.3", _MAP, _GROUP, T("Prefers to be reached by"), Kind.CHOICE, Need.OPTIONAL)
    ] = choice(Channel)
    responsiveness: Annotated[
        Responsiveness | None, Ask("W5.3", _MAP, _GROUP, T("Answers"), Kind.CHOICE, Need.OPTIONAL)
    ] = choice(Responsiveness)
    engage_by: Annotated[dt.date | None, Ask("W5.3", _MAP, _GROUP, T("To engage by"), Kind.DATE, Need.OPTIONAL)] = (
        Field(default=None)
    )
