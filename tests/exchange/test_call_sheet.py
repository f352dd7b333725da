import pytest

from oppwizard.exchange import callsheet
from oppwizard.exchange.callsheet import call_sheet
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.playbook.coach import Coach, FieldCoach
from oppwizard.walk import Walk


def _coach(**fields: FieldCoach) -> Coach:
    return Coach(stages={}, areas={}, fields=fields, roles={}, mistakes={}, area_of={})


@pytest.fixture
def coached(monkeypatch: pytest.MonkeyPatch) -> Coach:
    found = _coach(
        payment_terms=FieldCoach(why="w", need="n", ask=("How do you usually pay?",), whom="procurement"),
        term_months=FieldCoach(why="w", need="n", ask=("For how long?", "From when?"), whom="economic_buyer"),
        why_us=FieldCoach(why="w", need="n", ask=("What sets us apart?",), whom="ourselves"),
        budget_source=FieldCoach(why="w", need="n", ask=("Who said so?",), whom="champion"),
    )
    monkeypatch.setattr(callsheet, "texts", lambda: found)
    return found


def _cleared(walk: Walk, record: Record, *names: str) -> None:
    for name in names:
        walk.save(walk.set(record, address(name), ""))


def test_questions_are_grouped_by_whom_to_ask(walk: Walk, finished: Record, coached: Coach) -> None:
    _cleared(walk, finished, "payment_terms", "term_months", "why_us", "budget_source")
    text = call_sheet(walk, finished, "text")
    now, later = text.split("\nLater\n")
    assert "Now: up to stage 1 Qualify" in now
    assert "Luis Ferrer (Warehouse manager, Champion, Process owner)" in now
    assert "  - Who said so?" in now
    assert "Dana Whitfield" in later
    assert later.index("- Term in months is missing\n  - For how long?\n  - From when?") > later.index("Dana Whitfield")
    assert "\nProcurement / finance\n- Payment terms is missing\n  - How do you usually pay?" in later
    own = later.index("Ourselves: to do")
    assert own < later.index("- [ ] Why they buy from us is missing\n  - What sets us apart?")
    assert own > later.index("Anyone at the customer")


def test_the_coach_s_own_questions(walk: Walk, finished: Record) -> None:
    _cleared(walk, finished, "cost_of_inaction", "business_problem")
    questions = [line for line in call_sheet(walk, finished, "text").splitlines() if line.startswith("  - ")]
    assert len(questions) >= 4
    assert all(line.endswith(("?", ".", "!")) for line in questions)


def test_nobody_is_asked_the_same_twice(walk: Walk, finished: Record) -> None:
    for _ in range(3):
        walk.save(walk.add(finished, "competitors"))
    groups = call_sheet(walk, finished, "text").split("\n\n")
    for group in groups:
        questions = [line for line in group.splitlines() if line.startswith("  - ")]
        assert len(questions) == len(set(questions))


def test_roles_that_nobody_holds_are_asked_for(walk: Walk, finished: Record) -> None:
    text = call_sheet(walk, finished, "text")
    assert "Nobody from procurement: who negotiates the contract for them?" in text
    assert "No champion" not in text


def test_without_the_coach_s_words_the_finding_speaks(
    walk: Walk, finished: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callsheet, "texts", lambda: None)
    _cleared(walk, finished, "payment_terms")
    walk.save(walk.set(finished, address("name"), "Deal"))
    text = call_sheet(walk, finished, "text")
    assert "- Payment terms is missing\n" in text
    assert "“Deal” is too generic a name - Better: " in text


def test_markdown_escapes_what_the_record_says(walk: Walk, finished: Record) -> None:
    walk.save(walk.set(finished, address("name"), "Deal *x* [link](http://a) <b> # _y_"))
    walk.save(walk.set(finished, Address("people", "name", finished.people[0].id), "`Luis`\x1b[31m\nFerrer"))
    walk.save(walk.set(finished, Address("people", "title", finished.people[0].id), ""))
    sheet = call_sheet(walk, finished)
    assert sheet.startswith("# Call sheet: Deal \\*x\\* \\[link\\](http://a) \\<b\\> \\# \\_y\\_\n")
    assert "\\`Luis\\`␛\\[31m Ferrer" in sheet
    assert "\x1b" not in sheet


def test_plain_text_has_no_marks(walk: Walk, finished: Record) -> None:
    walk.save(walk.set(finished, address("name"), "Deal *x* \x1b[0m"))
    text = call_sheet(walk, finished, "text")
    assert text.startswith("Call sheet: Deal *x* ␛[0m\n====")
    assert "#" not in text


def test_an_empty_draft_has_questions(walk: Walk) -> None:
    record = walk.start()
    text = call_sheet(walk, record)
    assert str(record.id)[:8] in text
    assert "## Now: up to stage 1 Qualify" in text
    assert "## Later" in text
    assert "does not exist yet" not in text
