"""The settings in force: their values, where they came from, and what their declarations say."""

from pathlib import Path

import pytest
from pydantic import Field

from oppwizard.errors import NotFound
from oppwizard.playbook.effective import Setting, settings_in_force
from oppwizard.playbook.layers import Layer
from oppwizard.playbook.loading import Examined, examine
from oppwizard.playbook.schema import Playbook
from oppwizard.playbook.section import Section
from oppwizard.playbook.shape import described, within
from tests.playbook.books import written

ORG = """\
[audit]
sample = 10
[[fields]]
name = "clause"
label = { en = "Clause", ja = "条項" }
"""
USER = """\
extend = ["wording.placeholders"]
[wording]
placeholders = ["folgt"]
[[fields]]
name = "mine"
label = "Mine"
[[fields]]
name = "clause"
need = "required"
[keys]
"stage.undo" = "ctrl+u"
"""


@pytest.fixture
def examined(tmp_path: Path) -> Examined:
    org = written(tmp_path / "org", a=ORG)
    return examine(written(tmp_path, user=USER) / "user.toml", org)


def _one(examined: Examined, key: str) -> Setting:
    (found,) = settings_in_force(examined, key)
    return found


def _place(setting: Setting) -> tuple[Layer, str, int | None]:
    return setting.layer, setting.file.name if setting.file else "", setting.line


def test_every_setting_says_where_it_came_from(examined: Examined) -> None:
    own = {one.key: _place(one) for one in settings_in_force(examined) if one.layer is not Layer.BUILT_IN}
    assert own == {
        "audit.sample": (Layer.ORGANISATION, "a.toml", 2),
        "wording.placeholders": (Layer.USER, "user.toml", 3),
        "fields": (Layer.USER, "user.toml", 4),
        "keys.stage.undo": (Layer.USER, "user.toml", 11),
    }


@pytest.mark.parametrize(
    ("key", "shown", "place"),
    [
        ("audit.sample", "10", (Layer.ORGANISATION, "a.toml", 2)),
        ("[audit].sample", "10", (Layer.ORGANISATION, "a.toml", 2)),
        ("audit.stale_days", "30", (Layer.BUILT_IN, "", None)),
        ("fields.clause.label.ja", '"条項"', (Layer.ORGANISATION, "a.toml", 5)),
        ("fields.clause.need", '"required"', (Layer.USER, "user.toml", 9)),
        ("fields.clause.stage", "3", (Layer.BUILT_IN, "", None)),
        ("fields.mine.name", '"mine"', (Layer.USER, "user.toml", 5)),
        ("keys.stage.undo", '"ctrl+u"', (Layer.USER, "user.toml", 11)),
        ("review.opens", "00:00:00", (Layer.BUILT_IN, "", None)),
        ("peer.agenda[2]", "10", (Layer.BUILT_IN, "", None)),
        ("picks.industries.items.energy.label.en", '"Energy and utilities"', (Layer.BUILT_IN, "", None)),
    ],
)
def test_one_setting_is_found_by_its_key(
    examined: Examined, key: str, shown: str, place: tuple[Layer, str, int | None]
) -> None:
    found = _one(examined, key)
    assert (found.shown, _place(found)) == (shown, place)


def test_entries_of_a_list_are_found_one_by_one(examined: Examined) -> None:
    assert [one.key for one in settings_in_force(examined, "fields")] == ["fields.clause", "fields.mine"]
    clause, mine = settings_in_force(examined, "fields")
    assert clause.shown == '{ name = "clause", label = { en = "Clause", ja = "条項" }, need = "required" }'
    assert _place(mine) == (Layer.USER, "user.toml", 4)


def test_a_setting_tells_what_it_means(examined: Examined) -> None:
    assert _one(examined, "audit.sample").about == "So many records are drawn unless it is said otherwise."
    assert _one(examined, "region.ja").about.startswith("The country whose telephone numbers")


@pytest.mark.parametrize(
    ("key", "remedy"),
    [("audit.sampel", "sample"), ("audti", "audit"), ("audit.sample.x", "-"), ("fields.claus", "clause")],
)
def test_a_key_that_is_none_says_what_is_near(examined: Examined, key: str, remedy: str) -> None:
    with pytest.raises(NotFound) as caught:
        settings_in_force(examined, key)
    assert remedy in str(caught.value.remedy)


def test_json_has_exact_values(examined: Examined) -> None:
    assert _one(examined, "committee.complex_from").to_json()["value"] == "50000"
    assert _one(examined, "calendar.days_off").to_json()["value"] == []
    assert settings_in_force(examined, "fields")[1].to_json()["value"]["label"] == {"en": "Mine"}


def _sections(section: type[Section], seen: set[type[Section]]) -> set[type[Section]]:
    seen.add(section)
    for field in section.model_fields.values():
        for step in (0, "x"):
            inner = within(field.annotation, step)
            for one in (field.annotation, inner):
                if isinstance(one, type) and issubclass(one, Section) and one not in seen:
                    _sections(one, seen)
    return seen


def test_every_section_says_what_it_is_for() -> None:
    sections = _sections(Playbook, set())
    assert len(sections) > 15
    assert [one.__name__ for one in sections if not one.__doc__ or one.__doc__ == Section.__doc__] == []


class Lower(Section):
    """A section."""

    all_: int = Field(default=1, alias="all")
    """What it
    means."""
    bare: int = 2


class Upper(Lower):
    """Another one."""

    more: int = 3
    """More."""


def test_docstrings_are_read_as_they_stand() -> None:
    assert described(Upper) == {"all": "What it means.", "more": "More."}
