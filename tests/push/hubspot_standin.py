"""A HubSpot on this machine: batches and links, its requests held against the vendor's OpenAPI descriptions."""

import json
import re
from functools import lru_cache
from typing import Any, Final

import jsonschema
import pytest

from tests.exchange.conftest import SHARED
from tests.push.standin import TOKEN, Answer, Asked, StandIn

ID = "oppwizard_id"
_NUMBERS: Final = {"amount", "annualrevenue", "numberofemployees", "quantity", "price", "hs_discount_percentage"}
_DAYS: Final = {"closedate"}
_AT: Final = "2026-11-23T00:00:00.000Z"
LINKS: Final = {("0-1", "0-2"): 1, ("0-3", "0-2"): 5, ("0-3", "0-1"): 3, ("0-8", "0-3"): 20}
"""The kind of link that is usual between two kinds of objects."""


@lru_cache(maxsize=1)
def _api() -> dict[str, Any]:
    path = SHARED / "crm_api" / "hubspot" / "objects.2026-09.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    api: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return api


def check(name: str, body: Any) -> None:
    """Hold a body against a schema of the description."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": _api()["components"]}
    jsonschema.validate(body, schema)


def _error(message: str, category: str = "VALIDATION_ERROR") -> dict[str, Any]:
    return {
        "status": "error",
        "message": message,
        "correlationId": "aeb5f871-7f07-4993-9211-075dc63e7cbf",
        "category": category,
    }


class HubSpotStandIn(StandIn):
    """Keeps objects by kind and identity, and links.

    Attributes:
        lenient: whether a batch with a refused row is taken without it (207), else refused whole (400).
    """

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, dict[str, dict[str, str]]] = {}
        self.links: list[tuple[str, str, str, str, int]] = []
        self.lenient = False

    def complaint(self, text: str) -> Any:
        return _error(text)

    def carry_out(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Answer(401, _error(f"The token {asked.headers.get('Authorization')} is expired", "EXPIRED"))
        assert asked.method == "POST"
        upsert = re.fullmatch(r"/crm/v3/objects/(0-\d+)/batch/upsert", asked.path)
        if upsert:
            return self._upsert(upsert[1], asked.body)
        link = re.fullmatch(r"/crm/v4/associations/(0-\d+)/(0-\d+)/batch/(create|associate/default)", asked.path)
        assert link is not None
        return self._link(link[1], link[2], asked.body, is_usual=link[3] != "create")

    def _upsert(self, kind: str, body: Any) -> Answer:
        check("BatchInputSimplePublicObjectBatchInputUpsert", body)
        inputs = body["inputs"]
        assert 0 < len(inputs) <= 100
        ids = [one["id"] for one in inputs]
        if len(set(ids)) != len(ids):
            return Answer(400, _error("Duplicate IDs found in batch input"))
        wrong = [problem for one in inputs for problem in self._wrong(one)]
        if wrong and not self.lenient:
            return Answer(400, _error(wrong[0]))
        results = [self._kept(kind, one) for one in inputs if not any(self._wrong(one))]
        said: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": _AT, "completedAt": _AT}
        if wrong:
            fault = {"status": "error", "category": "VALIDATION_ERROR", "context": {}, "errors": [], "links": {}}
            said |= {"numErrors": len(wrong), "errors": [{**fault, "message": text} for text in wrong]}
        check("BatchResponseSimplePublicUpsertObject", said)
        return Answer(207 if wrong else 200, said)

    def _wrong(self, one: dict[str, Any]) -> list[str]:
        assert one["idProperty"] == ID
        properties = one["properties"]
        found = [
            f"Property values were not valid: {name}"
            for name in _NUMBERS & set(properties)
            if not re.fullmatch(r"(-?\d+(\.\d+)?)?", properties[name])
        ]
        found += [
            f"{properties[name]} is no midnight"
            for name in _DAYS & set(properties)
            if not properties[name].isdigit() or int(properties[name]) % 86_400_000
        ]
        if self.refused and self.refused in json.dumps(properties, ensure_ascii=False):
            found.append(f"Property values were not valid; {TOKEN} was used")
        return found

    def _kept(self, kind: str, one: dict[str, Any]) -> dict[str, Any]:
        objects = self.objects.setdefault(kind, {})
        identity = next((i for i, kept in objects.items() if kept.get(ID) == one["id"]), None)
        is_new = identity is None
        if identity is None:
            identity = f"{kind[2:]}{sum(map(len, self.objects.values())):06}"
        objects.setdefault(identity, {}).update(one["properties"], **{ID: one["id"]})
        said = {"createdAt": _AT, "updatedAt": _AT, "archived": False, "properties": {ID: one["id"]}}
        return {"id": identity, "new": is_new, **said}

    def snapshot(self) -> list[str]:
        """All that is there, without the service's own identities: whatever is doubled stands in it twice."""
        names = {i: kept[ID] for objects in self.objects.values() for i, kept in objects.items()}
        there = [
            json.dumps([kind, kept], sort_keys=True)
            for kind, all_of in self.objects.items()
            for kept in all_of.values()
        ]
        tied = [json.dumps([kind, names[a], other, names[b], n]) for kind, a, other, b, n in self.links]
        return sorted([*there, *tied])

    def of(self, kind: str) -> list[dict[str, str]]:
        """The objects of a kind."""
        return list(self.objects.get(kind, {}).values())

    def _link(self, kind: str, other: str, body: Any, *, is_usual: bool) -> Answer:
        for one in body["inputs"]:
            assert set(one) == ({"from", "to"} if is_usual else {"from", "to", "types"})
            for spec in one.get("types", ()):
                check("AssociationSpec", spec)
                assert spec["associationTypeId"] == LINKS[kind, other]
            check("PublicObjectId", one["from"])
            check("PublicObjectId", one["to"])
            here, there = one["from"]["id"], one["to"]["id"]
            assert here in self.objects[kind]
            assert there in self.objects[other]
            link = (kind, here, other, there, LINKS[kind, other])
            if link not in self.links:
                self.links.append(link)
        return Answer(200, {"status": "COMPLETE", "results": [], "startedAt": _AT, "completedAt": _AT})
