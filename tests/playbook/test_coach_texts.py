"""The coach texts are complete, short enough for their panel, and the same in structure in every language."""

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
from rich.cells import cell_len

from oppwizard.i18n import LANGUAGES, SOURCE
from oppwizard.model.enums import Role, Stage
from oppwizard.model.fields import FIELDS
from oppwizard.playbook.coach import Coach

AREAS = ("I1", "I2", "I3", "I4", "I5", "I6")
MISTAKES = ("M1", "M2", "M3", "M4", "M5")
WHOM = {"economic_buyer", "technical_buyer", "process_owner", "champion", "procurement", "anyone", "ourselves"}

LONGEST = 140
"""Of an explanation, in cells of the terminal."""
LONGEST_ASK = 110
"""Of a question or one entry of a list."""

JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")

LISTED = {
    "I1": {
        "account.legal_name", "account.dba", "account.parent_company", "account.subsidiaries",
        "account.decision_structure", "account.decision_location", "people.title", "people.email", "people.phone",
        "people.roles", "people.reports_to_id",
    },
    "I2": {
        "current_state", "business_problem", "measurable_impact", "pain_points", "desired_state", "cost_of_inaction",
        "success_metrics", "who_is_affected",
    },
    "I3": {
        "integrations", "security_compliance", "infrastructure", "data_migration", "user_volume", "performance_sla",
    },
    "I4": {
        "budget_status", "budget_amount", "budget_high", "decision_maker_id", "approval_process", "budget_timing",
        "procurement", "signing_limits",
    },
    "I5": {
        "decision_on", "go_live_on", "buying_steps", "decision_process", "blackout_dates", "compelling_event",
        "consequence_of_delay", "window_to", "close_on",
    },
    "I6": {
        "competitors.name", "competitors.kind", "vendor_relationships", "evaluation_criteria", "deciding_factors",
    },
}  # fmt: skip
"""The fields that hold what the six areas list: each has at least four questions of its own."""

ITEMS = {"I1": 5, "I2": 6, "I3": 6, "I4": 6, "I5": 6, "I6": 6}
"""How many things each area lists."""


FOLDER = resources.files("oppwizard.playbook") / "default"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


TEXTS = {code: _read(f"coach.{code}.toml") for code in LANGUAGES if (FOLDER / f"coach.{code}.toml").is_file()}
"""The languages that have texts of their own; the others speak English."""
AREA_OF: dict[str, str] = _read("areas.toml")["area_of"]


def _walk(node: Any, *at: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text with its keys; entries of a list carry their number."""
    if isinstance(node, str):
        yield at, node
        return
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield from _walk(value, *at, str(key))


@pytest.fixture(params=TEXTS)
def texts(request: pytest.FixtureRequest) -> dict[str, Any]:
    return TEXTS[str(request.param)]


def test_every_language_has_the_same_keys(texts: dict[str, Any]) -> None:
    assert [at for at, _ in _walk(texts)] == [at for at, _ in _walk(TEXTS[SOURCE])]


def test_the_texts_load(texts: dict[str, Any]) -> None:
    loaded = Coach.model_validate({**texts, "area_of": AREA_OF})
    assert len(loaded.questions("budget_source")) == 4


def test_every_field_is_coached(texts: dict[str, Any]) -> None:
    assert set(texts["fields"]) == set(FIELDS)
    assert [path for path, field in texts["fields"].items() if not field["ask"]] == []


@pytest.mark.parametrize("part", ["stages", "areas", "roles", "mistakes"])
def test_every_part_is_complete(texts: dict[str, Any], part: str) -> None:
    expected = {
        "stages": {stage.slug for stage in Stage},
        "areas": set(AREAS),
        "roles": {role.value for role in Role},
        "mistakes": set(MISTAKES),
    }
    assert set(texts[part]) == expected[part]


@pytest.mark.parametrize("area", AREAS)
def test_an_area_lists_what_is_needed_and_how_to_ask(texts: dict[str, Any], area: str) -> None:
    assert len(texts["areas"][area]["need"]) == ITEMS[area]
    assert len(texts["areas"][area]["ask"]) >= 5


@pytest.mark.parametrize("area", AREAS)
def test_what_an_area_lists_has_four_questions_and_belongs_to_it(texts: dict[str, Any], area: str) -> None:
    assert {path: AREA_OF.get(path) for path in LISTED[area]} == dict.fromkeys(LISTED[area], area)
    assert [path for path in LISTED[area] if len(texts["fields"][path]["ask"]) < 4] == []


def test_areas_name_declared_fields_only() -> None:
    assert set(AREA_OF) <= set(FIELDS)
    assert set(AREA_OF.values()) == set(AREAS)


def test_whom_is_a_known_role_and_the_same_in_every_language(texts: dict[str, Any]) -> None:
    english, told = ({path: field["whom"] for path, field in one["fields"].items()} for one in (TEXTS[SOURCE], texts))
    assert told == english
    assert set(english.values()) <= WHOM


def test_texts_fit_their_panel(texts: dict[str, Any]) -> None:
    def limit(at: tuple[str, ...]) -> int:
        return LONGEST_ASK if at[-1].isdigit() else LONGEST

    assert [(at, cell_len(text)) for at, text in _walk(texts) if cell_len(text) > limit(at)] == []


def test_texts_are_clean(texts: dict[str, Any]) -> None:
    flawed = [at for at, text in _walk(texts) if not text or text != text.strip() or re.search(r"[!！—\n]", text)]
    assert flawed == []


def test_no_question_is_asked_twice_for_a_field(texts: dict[str, Any]) -> None:
    assert [path for path, field in texts["fields"].items() if len(set(field["ask"])) < len(field["ask"])] == []


def test_nothing_is_left_in_english() -> None:
    left = [at for at, text in _walk(TEXTS["ja"]) if at[-1] != "whom" and not JAPANESE.search(text)]
    assert left == []


def test_nothing_japanese_in_english() -> None:
    assert [at for at, text in _walk(TEXTS["en"]) if JAPANESE.search(text)] == []
