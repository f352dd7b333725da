"""Salesforce: collections of rows upserted by our identity, over its REST interface."""

import re
from collections.abc import Callable, Sequence
from itertools import starmap
from typing import Any, Final, TypeVar

from oppwizard.exchange.crm.plans import Field, Sheet
from oppwizard.exchange.crm.tree import native
from oppwizard.exchange.document import dumps
from oppwizard.i18n import T
from oppwizard.push.access import Access
from oppwizard.push.needed import missing_extra
from oppwizard.push.parcels import Parcel, is_matched
from oppwizard.push.retrying import Passing, Rejected, Retrying, Stopped, answered, unreached

_Result = TypeVar("_Result")
_HEADER: Final = re.compile(r"(?:(?P<type>\w+):)?(?:(?P<relation>\w+)\.)?(?P<field>\w+)")
_QUOTED: Final = str.maketrans({"\\": "\\\\", "'": "\\'"})
_AT_ONCE: Final = 200
"""So many rows go into a collection."""


class Salesforce:
    """Sends rows; one for each push."""

    def __init__(self, access: Access, retrying: Retrying) -> None:
        try:
            import requests
            from simple_salesforce.api import Salesforce as Client
            from simple_salesforce.exceptions import SalesforceError
        except ImportError:
            raise missing_extra("simple-salesforce") from None
        self._access = access
        self._retrying = retrying
        self._failures = (requests.RequestException,)
        self._refusals = (SalesforceError,)
        self._after: str | None = None
        self._session = requests.Session()
        self._session.max_redirects = 0  # what is sent goes to the address that the playbook names, and to no other
        self._session.hooks["response"].append(self._heard)
        token = retrying(lambda: self._calling(self._token))
        self._client = Client(
            instance_url=access.url, session_id=token, session=self._session, version=access.settings.api_version
        )
        # The client takes every address for https; that of a stand-in on this machine may be http.
        self._client.base_url = f"{access.url}/services/data/v{access.settings.api_version}/"

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def _heard(self, response: Any, **_: Any) -> None:
        """The client's errors do not hold what the service says of pauses."""
        self._after = response.headers.get("Retry-After")

    def _token(self) -> str:
        settings = self._access.settings
        if settings.token or not self._access.has("client_id"):
            return self._access.secret("token")
        given = {
            "grant_type": "client_credentials",
            "client_id": self._access.secret("client_id"),
            "client_secret": self._access.secret("client_secret"),
        }
        address = f"{self._access.url}/services/oauth2/token"
        response = self._session.post(address, data=given, timeout=settings.timeout, allow_redirects=False)
        said = _json(response)
        token = said.get("access_token") if isinstance(said, dict) else None
        if response.ok and isinstance(token, str):
            self._access.hide(token)
            return token
        failure = answered(response.status_code, "", self._after)
        if isinstance(failure, Passing):
            raise failure
        why = said.get("error_description") or said.get("error") if isinstance(said, dict) else None
        raise Stopped(
            T("Salesforce gives no token: {said}", said=self._access.cleaned(why or response.status_code)),
            T("Look at the external client app, its key and its secret."),
        )

    def _calling(self, act: Callable[[], _Result]) -> _Result:
        try:
            return act()
        except self._failures as error:
            raise unreached(error) from None
        except self._refusals as error:
            raise answered(int(error.status), self._said(error.content), self._after) from None

    def _said(self, errors: Any) -> str:
        """What a service says of a row: codes and messages alone."""
        told = [
            f"{error.get('statusCode') or error.get('errorCode') or ''} {error.get('message', '')}".strip()
            for error in (errors if isinstance(errors, list) else [])
            if isinstance(error, dict)
        ]
        return self._access.cleaned("; ".join(told))

    # Rows

    def send(self, sheet: Sheet, parcels: Sequence[Parcel]) -> None:
        """Send rows of one table.

        Raises:
            Stopped: the service cannot be used.
        """
        if sheet.key and sheet.declared.operation == "upsert":
            self._within(parcels, lambda: self._upsert(sheet, parcels))
            return
        place = self._replace if sheet.declared.operation == "replace" else self._insert
        for parcel in parcels:
            self._within([parcel], lambda parcel=parcel: place(sheet, parcel))  # type: ignore[misc]

    def _within(self, parcels: Sequence[Parcel], act: Callable[[], None]) -> None:
        """One whole step, tried again from its beginning: it looks first at what is there."""
        try:
            self._retrying(lambda: self._calling(act))
        except Rejected as refusal:
            for parcel in parcels:
                parcel.fail(refusal.problem)

    def _upsert(self, sheet: Sheet, parcels: Sequence[Parcel]) -> None:
        there = self._there(sheet, parcels) if any(one.column.only for one in sheet.fields) else set()
        rows = [
            _body(sheet, parcel.cells, "update" if parcel.identity in there else "create", parcel.cleared)
            for parcel in parcels
        ]
        self._settle(parcels, self._collection("PATCH", rows, f"/{sheet.object}/{sheet.key}"))

    def _there(self, sheet: Sheet, parcels: Sequence[Parcel]) -> set[str]:
        """Which rows exist: what is given only when a row is made would be refused of the others."""
        listed = ", ".join(_literal(parcel.identity) for parcel in parcels)
        found = self._query(f"SELECT {sheet.key} FROM {sheet.object} WHERE {sheet.key} IN ({listed})")
        return {str(row[sheet.key]) for row in found}

    def _insert(self, sheet: Sheet, parcel: Parcel) -> None:
        """A row that has no identity of ours: changed where it is there, else made."""
        found = self._matching(sheet, [(one, cell) for one, cell in parcel.cells if is_matched(one)])
        if not found:
            body = _body(sheet, parcel.cells, "create", set())
            self._settle([parcel], self._collection("POST", [body]))
            return
        kept = [(one, cell) for one, cell in parcel.cells if not is_matched(one)]
        body = {**_body(sheet, kept, "update", parcel.cleared), "id": found[0]}
        self._settle([parcel], self._collection("PATCH", [body]))

    def _replace(self, sheet: Sheet, parcel: Parcel) -> None:
        """Rows that have no identity at all: the earlier ones of the record are taken out first."""
        owner = next((one for one in sheet.fields if one.column.refers), None)
        if owner is None:
            raise Rejected(T("the table has no column that says whose rows they are"))
        earlier = self._matching(sheet, [(owner, parcel.identity)])
        for start in range(0, len(earlier), _AT_ONCE):
            part = earlier[start : start + _AT_ONCE]
            gone = self._client.restful(
                "composite/sobjects",
                {"ids": ",".join(part), "allOrNone": "false"},
                method="DELETE",
                timeout=self._access.settings.timeout,
            )
            self._all_well(gone, len(part))
        rows = [_body(sheet, zip(sheet.fields, row, strict=True), "create", set()) for row in parcel.rows]
        for start in range(0, len(rows), _AT_ONCE):
            part_of_rows = rows[start : start + _AT_ONCE]
            self._all_well(self._collection("POST", part_of_rows), len(part_of_rows))
        parcel.done("", created=not earlier)

    def _matching(self, sheet: Sheet, cells: Sequence[tuple[Field, str]]) -> list[str]:
        """The identities that the service gives to rows with these cells."""
        conditions = " AND ".join(f"{one.header.rpartition(':')[2]} = {_literal(cell)}" for one, cell in cells if cell)
        return [str(row["Id"]) for row in self._query(f"SELECT Id FROM {sheet.object} WHERE {conditions}")]

    def _query(self, text: str) -> list[Any]:
        found = self._client.query_all(text, timeout=self._access.settings.timeout)
        return list(found["records"])

    def _collection(self, method: str, rows: list[dict[str, Any]], path: str = "") -> Any:
        return self._client.restful(
            f"composite/sobjects{path}",
            method=method,
            data=dumps({"allOrNone": False, "records": rows}).encode(),
            timeout=self._access.settings.timeout,
        )

    def _settle(self, parcels: Sequence[Parcel], results: Any) -> None:
        """Take down what became of each row; the answers stand in the order of the rows."""
        if not isinstance(results, list) or len(results) != len(parcels):
            raise Rejected(T("the service does not say what became of the rows"))
        for parcel, result in zip(parcels, results, strict=True):
            if result.get("success"):
                parcel.done(str(result.get("id") or parcel.remote_id), created=bool(result.get("created", True)))
            else:
                parcel.fail(T("the service says: {said}", said=self._said(result.get("errors") or [])))

    def _all_well(self, results: Any, count: int) -> None:
        if not isinstance(results, list) or len(results) != count:
            raise Rejected(T("the service does not say what became of the rows"))
        errors = [error for result in results if not result.get("success") for error in result.get("errors") or [{}]]
        if errors:
            raise Rejected(T("the service says: {said}", said=self._said(errors)))


def _json(response: Any) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _literal(text: str) -> str:
    return f"'{text.translate(_QUOTED)}'"


def _body(sheet: Sheet, cells: Any, part: str, cleared: set[str]) -> dict[str, Any]:
    """A row as JSON, with what is given when rows are made (``create``) or changed (``update``)."""
    said: dict[str, Any] = {"attributes": {"type": sheet.object}}
    for member in starmap(lambda one, cell: _member(one, cell, cleared), _given(cells, part)):
        said.update(member)
    return said


def _given(cells: Any, part: str) -> list[tuple[Field, str]]:
    return [(one, cell) for one, cell in cells if one.column.only in ("", part)]


def _member(one: Field, cell: str, cleared: set[str]) -> dict[str, Any]:
    """A cell as a member of a row: a row that it names by that row's identity; nothing where it is empty."""
    parts = _HEADER.fullmatch(one.header)
    if not cell:
        return {_own_column(parts, one.header): None} if one.header in cleared else {}
    if parts is None or parts["relation"] is None:
        return {one.header: native(one, cell)}
    other = {"attributes": {"type": parts["type"]}} if parts["type"] else {}
    return {parts["relation"]: {**other, parts["field"]: cell}}


def _own_column(parts: "re.Match[str] | None", header: str) -> str:
    """The column that holds a relation."""
    if parts is None or parts["relation"] is None:
        return header
    relation = parts["relation"]
    return f"{relation[:-1]}c" if relation.endswith("__r") else f"{relation}Id"
