"""The brief of a deal: one page, whatever the record holds; nothing in it runs (Q2)."""

import datetime as dt
import re

import pytest
from rich.cells import cell_len

from oppwizard import i18n
from oppwizard.exchange.blocks import Facts, Marks
from oppwizard.model.ask import Kind
from oppwizard.model.enums import PointKind, RiskCategory
from oppwizard.model.fields import FIELDS, OPPORTUNITY
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.quality.brief import LINE, LONG, SHORT, Brief, brief, brief_html, brief_markdown, cut
from oppwizard.walk import Walk
from oppwizard.walk.peers import Point, Session
from tests.conftest import TODAY

HOSTILE = '<script>alert(1)</script> | **bold** [x](http://example.com) `run` "\x1b[31m\u202e'
SOON = TODAY + dt.timedelta(days=3)


def texts(made: Brief) -> dict[str, list[str]]:
    """The texts of each section, by its heading; those of the head by nothing."""
    found = {"": [text for fact in made.deal for text in fact.values]}
    for section in (*(section for column in made.columns for section in column), made.last):
        said = found.setdefault(section.heading, [])
        for block in section.blocks:
            if isinstance(block, Facts):
                said += [text for fact in block.facts for text in (*fact.values, fact.note)]
            elif isinstance(block, Marks):
                said += [text for mark in block.marks for text in (mark.text, mark.note)]
    return found


def overfull(walk: Walk, record: Record, text: str) -> Record:
    """A record of which every text is long, and every list too."""
    for spec in FIELDS.values():
        if spec.entity == OPPORTUNITY and spec.ask.kind in (Kind.LINE, Kind.LONG):
            walk.save(walk.set(record, Address(OPPORTUNITY, spec.name), text))
    for number in range(12):
        walk.save(walk.add(record, "people", name=f"{number} {text}"[:300], title=text[:300]))
        walk.save(walk.add(record, "risks", category=RiskCategory.DERAIL, description=text))
        walk.save(walk.add(record, "competitors", name=f"{number} {text}", positioning=text))
        walk.save(walk.add(record, "lines", product=text, sku=f"X-{number}"))
    actions = [Point(PointKind.ACTION, text, owner="Alex", due=SOON) for _number in range(12)]
    walk.save(walk.hold_session(record, Session("Alex", "Kim", actions, text)))
    return walk.load(record.id)


def test_a_full_record_says_what_colleagues_need(walk: Walk, finished: Record) -> None:
    made = brief(walk, finished)
    said = texts(made)
    who, why, how = said[""]
    assert "Harbor Tools" in who
    assert finished.lines[0].product is not None
    assert finished.lines[0].product in who
    assert why.startswith(str(finished.opportunity.compelling_event))
    assert "closes on" in how
    assert "validated by" in how
    assert walk.sized(finished).arr.formula.msgid
    assert str(walk.sized(finished).arr.formula) in said["Size"]
    assert any(text.startswith("Dana Whitfield") for text in said["Committee"])
    assert any("Gatekeeper" in text for text in said["Committee"])
    assert len(said["Competition"]) >= 2
    assert str(finished.opportunity.why_us) in said["Why us"]
    assert any(str(finished.opportunity.next_step) in text for text in said["Next step"])
    assert "All six gates are satisfied." in said["Open points"]
    assert said["Last session"][0] == "There was none yet."
    assert "of 100" in made.below
    assert "10 min questions" in made.below


def test_an_empty_record_says_what_is_not_known(walk: Walk) -> None:
    record = walk.start()
    made = brief(walk, record)
    assert made.title == "New draft"
    assert texts(made)[""] == []
    page, prose = brief_html(walk, record), brief_markdown(walk, record)
    assert page.count("not known yet") >= 12
    assert prose.count("not known yet") >= 12
    assert "$0" not in page
    assert "Company is missing" in page


def test_the_last_sessions_actions_say_whether_they_are_done(walk: Walk, finished: Record) -> None:
    actions = [Point(PointKind.ACTION, f"Step {number}", owner="Alex", due=SOON) for number in range(3)]
    walk.save(walk.hold_session(finished, Session("Alex", points=[Point(PointKind.QUESTION, "Who?"), *actions])))
    record = walk.load(finished.id)
    first, second = record.plan[-3:-1]
    walk.save(walk.remove(record, "plan", first.id))
    edited = walk.load(record.id)
    walk.save(walk.set(edited, Address("plan", "what", second.id), "Another wording"))
    walk.context.clock = lambda: SOON + dt.timedelta(days=1)
    walk.save(walk.give(edited, Address("plan", "due", second.id), SOON + dt.timedelta(days=9)))
    last = brief(walk, walk.load(record.id)).last
    (marks,) = last.blocks
    assert isinstance(marks, Marks)
    assert [(mark.done, mark.note) for mark in marks.marks] == [
        (True, "done, off the plan"),
        (False, "in the plan"),
        (False, "overdue"),
    ]


def test_what_colleagues_are_asked_follows_from_the_record(walk: Walk, finished: Record) -> None:
    walk.save(walk.add(finished, "competitors", name="Pallet Wizards"))
    walk.save(walk.add(finished, "risks", category=RiskCategory.DERAIL, description="They merge"))
    asked = texts(brief(walk, walk.load(finished.id)))["What we ask of you"]
    assert any("What would you do about this risk: They merge?" in text for text in asked)
    assert any(text.startswith("Who has won against ") for text in asked)


@pytest.mark.parametrize("word", ["Word ", "とても長い文章"])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_whatever_the_record_holds_it_stays_one_page(walk: Walk, finished: Record, word: str, language: str) -> None:
    i18n.use(language)
    record = overfull(walk, finished, (word * 400)[:900])
    made = brief(walk, record)
    limits = {section.heading: SHORT for column in made.columns for section in column}
    said = texts(made)
    assert all(cell_len(text) <= LINE for text in (*said[""], *said[made.last.heading]))
    for heading in limits:
        assert all(cell_len(text) <= LONG for text in said[heading])
    for column in made.columns:
        lines = sum(-(-cell_len(text) // 48) for section in column for text in said[section.heading] if text)
        assert lines + 3 * len(column) <= 66, [len(said[section.heading]) for section in column]
    assert len(said[made.last.heading]) <= 14


def test_texts_of_the_record_are_shown_and_never_run(walk: Walk, finished: Record) -> None:
    record = overfull(walk, finished, HOSTILE.replace("\x1b", "").replace("\u202e", "") + "x")
    record.opportunity.why_us = HOSTILE
    page, prose = brief_html(walk, record), brief_markdown(walk, record)
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=", page)
    for text in (page, prose):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<script" not in prose.replace("\\<", "")
    assert "\\*\\*bold\\*\\*" in prose
    assert "\\[x\\]" in prose


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_page_is_in_the_language_in_use(walk: Walk, finished: Record, language: str) -> None:
    i18n.use(language)
    assert f'<html lang="{language}">' in brief_html(walk, finished)


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("one  two\nthree", 20, "one two three"),
        ("one two three", 8, "one two…"),
        ("日本語の文", 6, "日本…"),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_by_the_cells_it_takes(text: str, cells: int, shown: str) -> None:
    assert cut(text, cells) == shown
    assert cell_len(cut(text, cells)) <= cells
