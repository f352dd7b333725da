"""The pages of a packet: all of a record is on them, and nothing of it is more than text."""

import datetime as dt
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from oppwizard import i18n
from oppwizard.handoff.cover import Cover
from oppwizard.handoff.page import OverviewRow, overview, overview_row, page
from oppwizard.model.ask import Kind
from oppwizard.model.base import new_id
from oppwizard.model.enums import HandoffKind, HandoffState, Relation, Stage
from oppwizard.model.fields import ACCOUNT, FIELDS, OPPORTUNITY
from oppwizard.model.findings import Address, address
from oppwizard.model.parts import Attachment, DealLink, Handoff, Note, Tick
from oppwizard.model.record import Record
from oppwizard.model.text import visible
from oppwizard.process.entry import show
from oppwizard.process.required import is_missing
from oppwizard.walk import Walk
from oppwizard.walk.sample import walk_sample
from tests.conftest import Template
from tests.walk.test_undo_sequences import steps, take

AT = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
VOID = ("meta",)
INLINE = {"a", "em", "small", "span"}
BLOCKS = {"body", "dd", "details", "div", "dl", "dt", "footer", "header", "li", "main", "p", "section", "summary", "ul"}
TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
HEADS = {"h1", "h2", "h3", "h4", "head", "html", "meta", "style", "title"}
TAGS = INLINE | BLOCKS | TABLES | HEADS
ATTRIBUTES = {"charset", "class", "colspan", "content", "href", "http-equiv", "lang", "name", "role", "scope"}
HOSTILE = (
    "<script>alert(1)</script>",
    "</style></title><img src=x onerror=alert(1)>",
    "{{7*7}}{% raw %}",
    "javascript:alert(1) https://evil.example.com/?a=1&b=2",
    '"><a href="https://evil.example.com">x</a>',
    "right\u202eleft \u2066\x1b[2J\x00\x9b",
)


class Reading(HTMLParser):
    """A page as a browser finds it. An element that is not closed, or closed twice, is an error."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.styles = ""
        self.feed(html.decode("utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.text += " " if tag in ("td", "th") else ""

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.styles += data
        else:
            self.text += data

    def of(self, name: str) -> list[str]:
        """The values of an attribute, in order."""
        return [value for own, value in self.attributes if own == name]


def cover(kind: HandoffKind = HandoffKind.SDR_AE, **more: Any) -> Cover:
    values = {"packet": new_id(), "sender": "Outgoing rep", "receiver": "Incoming rep", "at": AT, "complete": 90}
    return Cover(kind=kind, **{**values, **more})


def log_of(walk: Walk, record: Record) -> list[Any]:
    return walk.store.log(record.id, record.account.id, ())


def read(walk: Walk, record: Record, own: Cover | None = None) -> Reading:
    return Reading(page(walk, record, own or cover(), log_of(walk, record)))


def answers(walk: Walk, record: Record) -> Iterator[tuple[str, str]]:
    """Every answer as it is shown, and every text that was typed and is no value."""
    for spec in FIELDS.values():
        single = spec.entity in (OPPORTUNITY, ACCOUNT)
        for row in (None,) if single else record.rows(spec.entity):
            at = Address(spec.entity, spec.name, row and row.id)
            text = record.unread.get(str(at), show(spec, record.value(at), record, walk.playbook))
            if not is_missing(text):
                yield str(at), visible(text, lines=True)


def assert_all_said(walk: Walk, record: Record, found: Reading) -> None:
    missing = [(at, text) for at, text in answers(walk, record) if text not in found.text]
    assert missing == []


def assert_inert(html: bytes, links: tuple[str, ...] = ()) -> None:
    """Nothing but text: no script, no handler, no link but those, nothing to load, no control character."""
    found = Reading(html)
    assert set(found.tags) <= TAGS
    assert {name for name, _value in found.attributes} <= ATTRIBUTES
    assert tuple(found.of("href")) == links
    assert found.tags.count("style") == 1
    assert "url(" not in found.styles
    assert "@import" not in found.styles
    assert "default-src 'none'; style-src 'unsafe-inline'" in found.of("content")
    text = html.decode("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert [letter for letter in text if letter != "\n" and visible(letter) != letter] == []


# All of it


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("kind", list(HandoffKind))
def test_every_answer_is_on_the_page(walk: Walk, language: str, kind: HandoffKind) -> None:
    i18n.use(language)
    record = walk_sample(walk, sample=False)
    found = read(walk, record, cover(kind))
    assert len(list(answers(walk, record))) > 150
    assert_all_said(walk, record, found)
    assert found.of("lang") == [language]
    assert all(str(stage.label) in found.text for stage in Stage)


@settings(max_examples=25)
@given(taken=st.lists(steps(), max_size=12))
def test_every_answer_of_any_record_is_on_the_page(taken: list[Any], walk: Walk, template: Template) -> None:
    record = walk_sample(walk, Stage.SCOPING)
    for step in taken:
        take(walk, record, step)
    html = page(walk, record, cover(), log_of(walk, record))
    assert_inert(html)
    assert_all_said(walk, record, Reading(html))


def test_a_typed_text_that_is_no_value_is_on_the_page(walk: Walk, draft: Record) -> None:
    walk.save(walk.hold(draft, address("close_on"), "some <day>"))
    walk.save(walk.hold(draft, Address("people", "email", draft.people[0].id), "=luis@@"))
    found = read(walk, draft)
    assert_all_said(walk, draft, found)
    assert found.text.count("typed like this, and not understood") == 2


def test_what_hangs_on_the_record_is_on_the_page(walk: Walk, finished: Record) -> None:
    finished.notes.append(Note(opportunity_id=finished.id, author="Somebody", body="One\n\nTwo"))
    finished.attachments.append(
        Attachment(
            opportunity_id=finished.id, name="Plan.pdf", media_type="application/pdf", size=1_234_567, digest="ab" * 32
        )
    )
    finished.links.append(
        DealLink(
            opportunity_id=finished.id,
            other_id=new_id(),
            other_title="Older deal",
            relation=Relation.LINKED,
            because="The same shop floor",
        )
    )
    text = read(walk, finished).text
    for said in ("Somebody", "One\n\nTwo", "Plan.pdf", "application/pdf", "1,234,567", "ab" * 32):
        assert said in text
    assert "Older deal" in text
    assert "The same shop floor" in text


def test_talks_stand_in_the_order_of_their_days(walk: Walk, finished: Record) -> None:
    for subject, on in (("Second talk", "2026-11-20"), ("First talk", "2026-10-01")):
        row = walk.save(walk.add(finished, "touchpoints")).row
        walk.save(walk.set(finished, Address("touchpoints", "on", row), on))
        walk.save(walk.set(finished, Address("touchpoints", "subject", row), subject))
    summary, everything = _halves(read(walk, finished))
    assert "Second talk" in summary
    assert "First talk" not in summary
    assert everything.index("First talk") < everything.index("Second talk")


# What is read first


def _halves(found: Reading) -> tuple[str, str]:
    summary, everything = found.text.split("\nEverything\n")
    return summary, everything


def test_the_summary_says_what_the_deal_is_about(walk: Walk, finished: Record) -> None:
    summary, _everything = _halves(read(walk, finished, cover(comment="Call first")))
    for said in (
        "SDR to account executive",
        "Outgoing rep",
        "Incoming rep",
        "Call first",
        "$64,800.00",
        "$212,400.00",
        "6 Strategy",
        "Retyping every evening",
        "The lease of the old scanner system ends",
        "Dana Whitfield, Head of operations",
        "Relationship: Strong",
        "Scanner vendor of today",
        "demo agreed",
        "Run the on-site demo",
        "Lease is extended instead",
    ):
        assert said in summary, said
    total = walk.score(finished).total
    assert f"{total} of 100" in summary
    assert "Budget is in the plan" not in summary  # why no risk is seen stands below


def test_the_summary_is_short_however_much_was_written(walk: Walk, finished: Record) -> None:
    walk.save(walk.set(finished, address("business_problem"), "stock " * 3_000))
    for number in range(40):
        walk.save(walk.add(finished, "people", name=f"Person number {number}"))
    found = read(walk, finished)
    summary, _everything = _halves(found)
    assert len(summary) < 10_000
    assert "and 35 more, below" in summary
    assert_all_said(walk, finished, found)


def test_the_reason_for_an_incomplete_packet_comes_first(walk: Walk, draft: Record) -> None:
    text = read(walk, draft, cover(why_incomplete="The trade fair is tomorrow")).text
    points = [text.index(said) for said in ("Sent incomplete", "The trade fair is tomorrow", "In two minutes")]
    assert points == sorted(points)
    missing = text.index("Not done: The AE was briefed before the meeting")
    assert points[1] < missing < points[2]


def test_a_packet_that_is_not_said_to_be_incomplete_has_no_box(walk: Walk, draft: Record) -> None:
    assert "Sent incomplete" not in read(walk, draft).text


def test_the_protocol_says_what_is_missing_and_who_did_what(walk: Walk, finished: Record) -> None:
    walk.save(walk.set(finished, address("window_to"), ""))
    finished.ticks.append(
        Tick(opportunity_id=finished.id, kind=HandoffKind.SDR_AE, point="briefed", who="Team lead", created_at=AT)
    )
    summary = " ".join(_halves(read(walk, finished))[0].split())
    when = f"{AT.astimezone():%Y-%m-%d %H:%M}"
    assert "Timeline Missing: Buying window to" in summary
    assert f"The AE was briefed before the meeting Team lead, {when}" in summary
    assert "A warm introduction went out with the AE in copy not done" in summary
    assert "read all of it before the meeting for the receiver to do" in summary
    assert "No commitment is recorded from the last talk" in summary


def test_an_empty_draft_gives_a_sensible_page(walk: Walk) -> None:
    record = walk.start()
    summary, everything = _halves(read(walk, record))
    assert "New draft" in summary
    assert summary.count("not known yet") == 13  # ARR, ACV, TCV, close date and nine facts
    assert "Missing: Decision maker" in summary
    assert "Company, Budget status, Source of the statement" in everything
    assert "Size" not in everything


# What happened before


def test_the_history_tells_changes_by_label_the_newest_first(walk: Walk, finished: Record) -> None:
    walk.save(walk.set(finished, address("close_on"), "2027-02-26", reason="Their board meets later"))
    walk.save(walk.set(finished, Address("people", "title", finished.people[0].id), "Site manager"))
    walk.save(walk.set(finished, address("objections"), "x" * 300))
    history = _halves(read(walk, finished))[1].split("History of changes")[1]
    told = " ".join(history.split())
    assert f"Close date {show_day(2027, 1, 25)} {show_day(2027, 2, 26)} Reason Their board meets later" in told
    assert "Luis Ferrer: Title Warehouse manager Site manager" in told
    assert "x" * 199 + "…" in told
    assert "x" * 200 not in told
    assert "Stage 4 Create 5 People" in told
    assert "name_key" not in told
    assert told.index("Site manager") < told.index("Their board meets later") < told.index("Added: Opportunity")


def show_day(year: int, month: int, day: int) -> str:
    return f"{dt.date(year, month, day):%a} {day} {dt.date(year, month, day):%b} {year}"


def test_undone_changes_and_removed_rows_are_told_as_such(walk: Walk, finished: Record) -> None:
    walk.save(walk.set(finished, address("sales_stage"), "proposal"))
    undone = walk.undo(finished)
    assert undone is not None
    record = walk.save(undone).record
    assert "Needs analysis Proposal State Undone" in _told(walk, record)
    walk.save(walk.remove(record, "competitors", record.competitors[0].id))
    assert "Removed: alternative Scanner vendor of today –" in _told(walk, record)


def _told(walk: Walk, record: Record) -> str:
    return " ".join(read(walk, record).text.split())


def test_a_change_that_another_version_wrote_is_told_as_it_is(walk: Walk, finished: Record) -> None:
    log = log_of(walk, finished)
    change = next(one for one in log if one.field == "budget_status")
    change.new = '"unheard <b>of</b>"'
    html = page(walk, finished, cover(), log)
    assert_inert(html)
    assert '"unheard <b>of</b>"' in Reading(html).text


def test_earlier_handoffs_are_told_and_this_one_is_not(walk: Walk, finished: Record) -> None:
    own = cover()
    finished.handoffs += [
        _handoff(finished, new_id(), HandoffState.RETURNED, sender="Earlier sender", reason="No budget", rating=2),
        _handoff(finished, own.packet, HandoffState.SENT, sender="Present sender"),
    ]
    text = " ".join(read(walk, finished, own).text.split())
    assert "Returned Earlier sender" in text
    assert "Reason No budget" in text
    assert "Rating 2 of 5" in text
    assert "Present sender" not in text


def _handoff(record: Record, packet: UUID, state: HandoffState, **more: Any) -> Handoff:
    return Handoff(opportunity_id=record.id, packet=packet, kind=HandoffKind.SDR_AE, state=state, at=AT, **more)


# Nothing but text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_text(walk: Walk, finished: Record, text: str) -> None:
    for spec in FIELDS.values():
        if spec.is_text or spec.ask.kind is Kind.EMAIL:
            rows = [None] if spec.entity in (OPPORTUNITY, ACCOUNT) else [row.id for row in finished.rows(spec.entity)]
            for row in rows:
                setattr(finished.holder(Address(spec.entity, spec.name, row)), spec.name, text)
    finished.opportunity.set_aside_reason = text
    finished.notes.append(Note(opportunity_id=finished.id, author=text, body=text))
    finished.attachments.append(Attachment(opportunity_id=finished.id, name=text, media_type=text, digest=text))
    finished.ticks.append(Tick(opportunity_id=finished.id, kind=HandoffKind.SDR_AE, point="briefed", who=text))
    finished.handoffs.append(_handoff(finished, new_id(), HandoffState.SENT, sender=text, reason=text, comment=text))
    log = log_of(walk, finished)
    for change in log:
        change.who = change.reason = text
    own = cover(sender=text, receiver=text, comment=text, why_incomplete=text)
    html = page(walk, finished, own, log)
    assert_inert(html)
    shown = visible(text, lines=True)
    found = Reading(html)
    assert found.text.count(shown) > 150
    assert_all_said(walk, finished, found)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_text_in_the_overview(walk: Walk, finished: Record, text: str) -> None:
    row = OverviewRow(finished.id, text, f"{text}!", text, text, text, text, 90, 2, (text, text))
    html = overview(walk, cover(HandoffKind.TERRITORY, sender=text, why_incomplete=text), [row])
    assert_inert(html, (f"pages/{finished.id}.html",))
    assert Reading(html).text.count(visible(text, lines=True)) == 10


def test_lines_stay_lines(walk: Walk, finished: Record) -> None:
    finished.opportunity.pain_points = "one\r\n\ttwo\n\nthree"
    found = read(walk, finished)
    assert found.text.count("one\n\ttwo\n\nthree") == 2
    assert "white-space: pre-wrap" in found.styles


# A territory


def test_the_overview_leads_to_every_record(walk: Walk, finished: Record) -> None:
    other = walk.start("Lonely GmbH")
    rows = (overview_row(walk, record) for record in (finished, other))
    html = overview(walk, cover(HandoffKind.TERRITORY), rows)
    assert_inert(html, (f"pages/{finished.id}.html", f"pages/{other.id}.html"))
    text = " ".join(Reading(html).text.split())
    assert "2 records change hands" in text
    assert "Harbor Tools - Stock Count - 120 scanners 6 Strategy $64,800.00 Mon 25 Jan 2027 Run the on-site" in text
    assert "Lonely GmbH 1 Qualify – – –" in text
    assert "Missing: Relationships, Strategy, Competition, Next step" in text
    assert "Sent incomplete" not in text


def test_the_overview_says_first_that_it_is_incomplete(walk: Walk, finished: Record) -> None:
    row = overview_row(walk, finished)
    assert row.open_points == 0
    assert 0 < row.complete < 100
    text = Reading(overview(walk, cover(HandoffKind.TERRITORY, why_incomplete="Leaves on Friday"), [row])).text
    assert text.index("Leaves on Friday") < text.index("1 of 1 records are incomplete") < text.index(row.title)


def test_the_overview_in_japanese(walk: Walk, finished: Record) -> None:
    i18n.use("ja")
    found = Reading(overview(walk, cover(HandoffKind.TERRITORY), [overview_row(walk, finished)]))
    assert found.of("lang") == ["ja"]
    assert "2027年1月25日(月)" in found.text
