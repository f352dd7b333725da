"""HubSpot: batches upserted by a property of which no two records have the same value, then linked."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from oppwizard.exchange.crm.plans import Field, Plan, Sheet
from oppwizard.i18n import T
from oppwizard.push.access import Access
from oppwizard.push.needed import missing_extra
from oppwizard.push.parcels import Key, Parcel
from oppwizard.push.retrying import Rejected, Retrying, answered, unreached

_DATE: Final = "%Y-%m-%d"
Link = tuple[str, str, int | None]
"""Two kinds of objects and the kind of their link; None for the usual one."""


@dataclass(frozen=True, slots=True)
class Change:
    """Properties of one object, and the parcel that they are part of."""

    parcel: Parcel
    id: str
    properties: dict[str, str]


@dataclass(frozen=True, slots=True)
class Tie:
    """Two objects that belong together, by HubSpot's identities."""

    parcel: Parcel
    ends: tuple[str, str]


class HubSpot:
    """Sends rows; one for each push."""

    def __init__(self, access: Access, retrying: Retrying, remote: Callable[[Key], str], plan: Plan) -> None:
        try:
            from hubspot import HubSpot as Client
            from urllib3 import Retry
            from urllib3.exceptions import HTTPError
        except ImportError:
            raise missing_extra("hubspot-api-client") from None
        self._access = access
        self._retrying = retrying
        self._remote = remote
        self._plan = plan
        self._failures = (HTTPError, OSError)
        once = Retry(0, redirect=0, raise_on_status=False)  # how often is said in the playbook, and not twice
        token = access.secret("token")
        self._client: Any = Client(access_token=token, host=access.url, retry=once, proxy=_proxy(access.url))

    def close(self) -> None:
        """Nothing stays open."""

    def send(self, sheet: Sheet, parcels: Sequence[Parcel]) -> None:
        """Send rows of one table: their properties first, then what they belong to.

        Raises:
            Stopped: the service cannot be used.
        """
        ends = [one for one in sheet.fields if one.column.refers]
        made: dict[str, bool] = {}
        if sheet.key:
            self._upsert(sheet.object, self._key(sheet), [_change(sheet, parcel) for parcel in parcels], made)
        else:
            self._on_others(sheet, ends, parcels)
        for one in ends if sheet.key else ends[1:]:
            self._link(sheet, one, None if sheet.key else ends[0], [each for each in parcels if _is_well(each)])
        for parcel in parcels:  # only now: a row that is not linked yet has not arrived
            if _is_well(parcel):
                parcel.done(parcel.remote_id, created=made.get(parcel.identity, not _was_sent(parcel)))

    def _key(self, sheet: Sheet) -> str:
        at = sheet.index(sheet.key)
        assert at is not None, "a plan whose key is no column is refused"
        return sheet.fields[at].called

    # Properties

    def _on_others(self, sheet: Sheet, ends: Sequence[Field], parcels: Sequence[Parcel]) -> None:
        """Properties of the objects that a table of links is about."""
        for end in ends:
            kind = end.column.object or sheet.object
            listed = [_change_of_other(parcel, end, kind, sheet.object) for parcel in parcels]
            changes = [change for change in listed if change.properties and _is_well(change.parcel)]
            for part in _once_each(changes):
                self._upsert(kind, end.called, part)

    def _upsert(self, kind: str, key: str, changes: Sequence[Change], made: dict[str, bool] | None = None) -> None:
        """Write properties; ``made`` takes down which objects of the parcels' own were new."""
        from hubspot.crm.objects import (
            BatchInputSimplePublicObjectBatchInputUpsert as Batch,
            SimplePublicObjectBatchInputUpsert as Input,
        )

        def act(part: Sequence[Change]) -> bool:
            inputs = [Input(id=one.id, id_property=key, properties={**one.properties, key: one.id}) for one in part]
            answer = self._client.crm.objects.batch_api.upsert(
                kind, Batch(inputs=inputs), _request_timeout=self._access.settings.timeout
            )
            found = {(result.properties or {}).get(key): result for result in answer.results}
            if len(part) == len(answer.results) == 1:
                found = {part[0].id: answer.results[0]}
            if getattr(answer, "errors", None) or not all(one.id in found for one in part):
                return self._unclear(part, answer)
            if made is not None:
                for one in part:
                    one.parcel.remote_id = str(found[one.id].id)
                    made[one.id] = made.get(one.id, False) or bool(found[one.id].new)
            return True

        self._each(changes, act)

    def _unclear(self, part: Sequence[Change | Tie], answer: Any) -> bool:
        """An answer that is not all well: of one row it says what is wrong, of several they are sent one by one."""
        if len(part) > 1:
            return False
        said = "; ".join(str(error.message) for error in getattr(answer, "errors", None) or [])
        raise Rejected(T("the service says: {said}", said=self._access.cleaned(said or "-")))

    def _each(self, items: Sequence[Any], act: Callable[[Any], bool]) -> None:
        """Send a batch; halve it where the service refuses it for one of its rows, until that one is found."""
        if not items:
            return
        try:
            if self._retrying(lambda: self._calling(lambda: act(items))):
                return
        except Rejected as refusal:
            if len(items) == 1:
                items[0].parcel.fail(refusal.problem)
                return
        half = len(items) // 2
        self._each(items[:half], act)
        self._each(items[half:], act)

    def _calling(self, act: Callable[[], bool]) -> bool:
        try:
            return act()
        except self._failures as error:
            raise unreached(error) from None
        except Exception as error:  # each part of the client has an exception of its own, of no common kind
            if not hasattr(error, "status") or not hasattr(error, "body"):
                raise
            if not error.status:
                raise unreached(error) from None
            headers = getattr(error, "headers", None) or {}
            raise answered(int(error.status), self._said(error.body), headers.get("Retry-After")) from None

    def _said(self, body: Any) -> str:
        try:
            said = json.loads(body)
        except (ValueError, TypeError):
            return ""
        return self._access.cleaned(said.get("message", "")) if isinstance(said, dict) else ""

    # Links

    def _link(self, sheet: Sheet, one: Field, other: Field | None, parcels: Sequence[Parcel]) -> None:
        """Link each row with the one that a column names; of a table of links, with the first that it names."""
        target = self._plan.sheet(one.column.refers)
        assert target is not None, "a plan has no column that refers to a table left out"
        ties = list(self._ties(one, other, parcels))
        self._tie((sheet.object, target.object, one.column.association), ties)

    def _ties(self, one: Field, other: Field | None, parcels: Sequence[Parcel]) -> Iterator[Tie]:
        for parcel in parcels:
            cells = {field.header: cell for field, cell in parcel.cells}
            here = parcel.remote_id if other is None else self._remote((other.column.refers, cells[other.header]))
            there = self._remote((one.column.refers, cells[one.header]))
            if here and there:
                yield Tie(parcel, (here, there))
            elif cells[one.header]:
                parcel.fail(T("{object} {id} was never sent", object=one.column.refers, id=cells[one.header]))

    def _tie(self, link: Link, ties: Sequence[Tie]) -> None:
        kind, other, number = link

        def act(part: Sequence[Tie]) -> bool:
            answer = self._linked(kind, other, number, part)
            return self._unclear(part, answer) if getattr(answer, "errors", None) else True

        self._each(ties, act)

    def _linked(self, kind: str, other: str, number: int | None, ties: Sequence[Tie]) -> Any:
        from hubspot.crm.associations import v4

        api, timeout = self._client.crm.associations.v4.batch_api, self._access.settings.timeout
        pairs = [
            (v4.PublicObjectId(id=here), v4.PublicObjectId(id=there)) for here, there in (tie.ends for tie in ties)
        ]
        if number is None:
            usual = [v4.PublicDefaultAssociationMultiPost(_from=here, to=there) for here, there in pairs]
            batch = v4.BatchInputPublicDefaultAssociationMultiPost(inputs=usual)
            return api.create_default(kind, other, batch, _request_timeout=timeout)
        kinds = [v4.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=number)]
        named = [v4.PublicAssociationMultiPost(_from=here, to=there, types=kinds) for here, there in pairs]
        batch = v4.BatchInputPublicAssociationMultiPost(inputs=named)
        return api.create(kind, other, batch, _request_timeout=timeout)


def _proxy(url: str) -> str | None:
    """The proxy that the system names for an address: this client does not look for one."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)


def _is_well(parcel: Parcel) -> bool:
    return parcel.problem is None


def _was_sent(parcel: Parcel) -> bool:
    return parcel.known is not None and bool(parcel.known.digest)


def _change(sheet: Sheet, parcel: Parcel) -> Change:
    part = "update" if _was_sent(parcel) else "create"
    own = [
        (one, cell)
        for one, cell in parcel.cells
        if not one.column.refers and one.header != sheet.key and one.column.only in ("", part)
    ]
    return Change(parcel, parcel.identity, _properties(own, parcel.cleared))


def _change_of_other(parcel: Parcel, end: Field, kind: str, usual: str) -> Change:
    own = [(one, cell) for one, cell in parcel.cells if not one.column.refers and (one.column.object or usual) == kind]
    identity = next(cell for one, cell in parcel.cells if one is end)
    return Change(parcel, identity, _properties(own, parcel.cleared))


def _properties(cells: Sequence[tuple[Field, str]], cleared: set[str]) -> dict[str, str]:
    """Cells as properties, all of them texts; an empty one takes away what was sent before."""
    return {one.called: _text(one, cell) for one, cell in cells if cell or one.header in cleared}


def _text(one: Field, cell: str) -> str:
    """A day as midnight in milliseconds, which properties of days and of instants take alike."""
    if not cell or one.column.convert != "date":
        return cell
    day = dt.datetime.strptime(cell, _DATE).replace(tzinfo=dt.UTC)
    return str(int(day.timestamp()) * 1_000)


def _once_each(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Batches in which no object stands twice, which HubSpot refuses."""
    rest = list(changes)
    while rest:
        first: dict[str, Change] = {}
        left = [change for change in rest if first.setdefault(change.id, change) is not change]
        yield list(first.values())
        rest = left
