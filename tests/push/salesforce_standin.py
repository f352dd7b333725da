"""A Salesforce on this machine: collections, queries and tokens, under describes recorded from an organisation."""

import itertools
import json
import re
from functools import lru_cache
from typing import Any, Final

import pytest

from tests.exchange.conftest import SHARED
from tests.push.standin import TOKEN, Answer, Asked, StandIn

ID = "OppWizard_Id__c"
SECRET = "s3cret-of-the-app"
_DESCRIBED: Final = ("Account", "Contact", "Opportunity", "OpportunityContactRole")
_RELATED: Final = {
    "Account": ("Account", "AccountId"),
    "Opportunity": ("Opportunity", "OpportunityId"),
    "Contact": ("Contact", "ContactId"),
    "Product2": ("Product2", "Product2Id"),
    "ReportsTo": ("Contact", "ReportsToId"),
    "What": ("Opportunity", "WhatId"),
    "Who": ("Contact", "WhoId"),
    "Owner": ("User", "OwnerId"),
    "User": ("User", "UserId"),
}
_ONCE: Final = {
    "OpportunityContactRole": {"OpportunityId"},
    "OpportunityLineItem": {"OpportunityId", "Product2Id"},
    "OpportunityTeamMember": {"OpportunityId", "UserId"},
    "PricebookEntry": {"Pricebook2Id", "Product2Id"},
}
"""Columns that are given when a row is made and never again."""
_SELECT: Final = re.compile(r"SELECT (\w+) FROM (\w+) WHERE (.+)")


@lru_cache(maxsize=8)
def described(name: str) -> dict[str, dict[str, Any]]:
    path = SHARED / "crm_api" / "salesforce" / f"{name}.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return {field["name"]: field for field in json.loads(path.read_text("utf-8"))["fields"]}


class Refusal(Exception):
    """A row that is not taken."""


class SalesforceStandIn(StandIn):
    """Keeps rows by object and identity."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.tokens = {TOKEN}
        self._numbers = itertools.count(1)
        for number, email in enumerate(("ada.seller@example.com", "duty@example.com")):
            self.rows.setdefault("User", {})[f"005{number:015}"] = {"Email": email}

    def complaint(self, text: str) -> Any:
        return [{"errorCode": "MALFORMED_ID", "message": text}]

    def carry_out(self, asked: Asked) -> Answer:
        if asked.path == "/services/oauth2/token":
            return self._token(asked)
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Answer(401, [{"errorCode": "INVALID_SESSION_ID", "message": f"Session {TOKEN} is not valid"}])
        path = re.fullmatch(r"/services/data/v\d+\.0/(.*)", asked.path)
        assert path is not None
        if path[1] == "query/":
            return Answer(200, self._found(asked.query["q"]))
        collection = re.fullmatch(r"composite/sobjects(?:/(\w+)/(\w+))?", path[1])
        assert collection is not None
        if asked.method == "DELETE":
            return Answer(200, [self._delete(one) for one in asked.query["ids"].split(",")])
        records = asked.body["records"]
        assert 0 < len(records) <= 200
        assert asked.body["allOrNone"] is False
        keys = [record.get(collection[2]) for record in records] if collection[2] else []
        results = [
            {"success": False, "errors": [{"statusCode": "DUPLICATE_VALUE", "message": "twice", "fields": [ID]}]}
            if key is not None and keys.count(key) > 1
            else self._write(record, asked.method, collection[1], collection[2])
            for key, record in zip(keys or [None] * len(records), records, strict=True)
        ]
        return Answer(200, results)

    def _token(self, asked: Asked) -> Answer:
        assert asked.body["grant_type"] == "client_credentials"
        if asked.body["client_secret"] != SECRET:
            return Answer(400, {"error": "invalid_client", "error_description": f"not {asked.body['client_secret']}"})
        self.tokens.add("g1ven-token")
        return Answer(200, {"access_token": "g1ven-token", "token_type": "Bearer"})

    # Rows

    def _write(self, record: dict[str, Any], method: str, kind: str | None, key: str | None) -> dict[str, Any]:
        name = record["attributes"]["type"]
        assert kind in (None, name)
        try:
            if self.refused and self.refused in json.dumps(record, ensure_ascii=False):
                raise Refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", "a rule of the organisation says no")
            rows = self.rows.setdefault(name, {})
            found = record.get("id") or next(
                (i for i, row in rows.items() if key and row.get(key) == record[key]), None
            )
            assert (method == "PATCH") or found is None
            values = {
                column: value
                for given in record.items()
                if given[0] not in ("attributes", "id")
                for column, value in [self._column(name, *given)]
            }
            self._may(name, values, is_new=found is None)
        except Refusal as refusal:
            code, message = refusal.args
            return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": []}]}
        identity = found or f"{name[:3]}{next(self._numbers):015}"
        rows.setdefault(identity, {}).update(values)
        return {"id": identity, "success": True, "errors": [], **({"created": found is None} if key else {})}

    def _column(self, name: str, given: str, value: Any) -> tuple[str, Any]:
        if not isinstance(value, dict):
            return given, value
        other, column = _RELATED[given]
        kind = value.pop("attributes", {}).get("type", other)
        assert kind == other
        assert given not in ("What", "Who") or kind
        ((by, wanted),) = value.items()
        found = [i for i, row in self.rows.get(other, {}).items() if row.get(by) == wanted]
        if not found:
            raise Refusal("INVALID_FIELD", f"Foreign key external ID: {wanted} not found for field {by} in {other}")
        return column, found[0]

    def _may(self, name: str, values: dict[str, Any], *, is_new: bool) -> None:
        if not is_new and _ONCE.get(name, set()) & set(values):
            raise Refusal("INVALID_FIELD_FOR_INSERT_UPDATE", f"{_ONCE[name] & set(values)} may not be changed")
        fields = described(name) if name in _DESCRIBED else {}
        for column, value in values.items() if fields else ():
            if column.endswith("__c") or column == "CurrencyIsoCode":
                continue
            one = fields[column]
            if not one["createable" if is_new else "updateable"]:
                raise Refusal("INVALID_FIELD_FOR_INSERT_UPDATE", column)
            _check(one, value)

    def _delete(self, identity: str) -> dict[str, Any]:
        for rows in self.rows.values():
            if rows.pop(identity, None) is not None:
                return {"id": identity, "success": True, "errors": []}
        return {"success": False, "errors": [{"statusCode": "ENTITY_IS_DELETED", "message": "gone", "fields": []}]}

    def _found(self, query: str) -> dict[str, Any]:
        select = _SELECT.fullmatch(query)
        assert select is not None, query
        wanted, name, where = select.groups()
        rows = [
            {"Id": identity, **row}
            for identity, row in self.rows.get(name, {}).items()
            if all(self._fits(row, condition) for condition in where.split(" AND "))
        ]
        return {"totalSize": len(rows), "done": True, "records": [{wanted: row[wanted]} for row in rows]}

    def _fits(self, row: dict[str, Any], condition: str) -> bool:
        path, _sign, values = re.fullmatch(r"([\w.]+) (=|IN) (.+)", condition).groups()  # type: ignore[union-attr]
        relation, dot, column = path.rpartition(".")
        if dot:
            other, own = _RELATED[relation]
            value = self.rows[other].get(row[own], {}).get(column)
        else:
            value = row.get(column)
        return value in re.findall(r"'([^']*)'", values)

    def snapshot(self) -> list[str]:
        """All that is there, without the service's own identities: whatever is doubled stands in it twice."""
        names = {i: row.get(ID) or row.get("Email") or "" for rows in self.rows.values() for i, row in rows.items()}
        return sorted(
            json.dumps([name, {column: names.get(str(value), value) for column, value in row.items()}], sort_keys=True)
            for name, rows in self.rows.items()
            for row in rows.values()
        )

    def of(self, name: str) -> list[dict[str, Any]]:
        """The rows of an object."""
        return list(self.rows.get(name, {}).values())


def _check(one: dict[str, Any], value: Any) -> None:
    kinds: dict[str, Any] = {"boolean": bool, "int": (int, float), "double": (int, float), "currency": (int, float)}
    kinds |= {"percent": (int, float)}
    if value is None:
        return
    assert isinstance(value, kinds.get(one["type"], str)), (one["name"], value)
    if one["length"] and isinstance(value, str) and len(value) > one["length"]:
        raise Refusal("STRING_TOO_LONG", f"{one['name']}: data value too large")
    listed = [choice["value"] for choice in one.get("picklistValues") or []]
    if one.get("restrictedPicklist") and value not in listed:
        raise Refusal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"bad value for {one['name']}: {value}")
