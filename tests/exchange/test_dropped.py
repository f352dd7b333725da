"""E-mails and calendar entries read as talks: whatever the encoding, and whatever else the file may be (E8)."""

import datetime as dt
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from oppwizard.errors import InvalidInput, Refused
from oppwizard.exchange.dropped import LONGEST, Mailbox, read_dropped, split_sides
from oppwizard.exchange.dropping import log_file
from oppwizard.model.enums import TouchpointKind
from oppwizard.walk import Walk


def message(body: str = "Shall we meet?", charset: str = "utf-8", subject: str = "First call") -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = subject
    made["From"] = "Dana Low <dana@acme.example>"
    made["To"] = "sam@ours.example, Rene Okubo <rene@acme.example>"
    made["Date"] = "Fri, 20 Nov 2026 23:30:00 +0900"
    made["Message-ID"] = "<1@acme.example>"
    made.set_content(body, charset=charset)
    return made


def put(folder: Path, content: bytes, name: str = "mail.eml") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_an_e_mail_tells_who_when_and_what(tmp_path: Path) -> None:
    (found,) = read_dropped(put(tmp_path, message().as_bytes()))
    assert (found.kind, found.on, found.subject) == ("email", dt.date(2026, 11, 20), "First call")
    assert found.people == (
        Mailbox("Dana Low", "dana@acme.example"),
        Mailbox("", "sam@ours.example"),
        Mailbox("Rene Okubo", "rene@acme.example"),
    )
    assert (found.body, found.source_id) == ("Shall we meet?", "<1@acme.example>")


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis", "euc-jp"])
def test_japanese_in_every_encoding(tmp_path: Path, charset: str) -> None:
    (found,) = read_dropped(put(tmp_path, message("見積をお送りします。", charset, "打ち合わせの件").as_bytes()))
    assert (found.subject, found.body) == ("打ち合わせの件", "見積をお送りします。")


def test_a_page_is_reduced_to_its_text(tmp_path: Path) -> None:
    made = message()
    made.set_content("<style>p{}</style><p>Hello <b>you</b></p><script>x()</script><p>Bye", subtype="html")
    (found,) = read_dropped(put(tmp_path, made.as_bytes()))
    assert found.body.split() == ["Hello", "you", "Bye"]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<html><head><title>T</title></head><body>A &amp; B<br>C", "A & B\nC"),
        ("1 < 2 <b>and</b> <!-- a <b> comment --> done", "1 and done"),
        ("<style>a<b</style>x <script>1</script>y", "x y"),
        ("<!--" * 200_000 + "-->end", "end"),
        ("<a " * 300_000, ""),
    ],
)
def test_a_broken_page_is_read_in_one_pass(tmp_path: Path, page: str, said: str) -> None:
    made = b"From: a@a.example\nSubject: x\nContent-Type: text/html; charset=utf-8\n\n"
    (found,) = read_dropped(put(tmp_path, made + page.encode()))
    assert [" ".join(line.split()) for line in found.body.splitlines()] == said.splitlines()


def test_attached_files_come_along_and_long_texts_are_cut(tmp_path: Path) -> None:
    made = message("x" * (LONGEST + 1))
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="見積.pdf")
    (found,) = read_dropped(put(tmp_path, made.as_bytes()))
    (file,) = found.files
    assert (file.name, file.media_type, file.content) == ("見積.pdf", "application/pdf", b"%PDF")
    assert found.body.startswith("x" * LONGEST + "\n[")


MEETING = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:meet-1
SUMMARY:デモ
DTSTART;TZID=Asia/Tokyo:20261120T233000
ORGANIZER;CN=Sam:mailto:sam@ours.example
ATTENDEE;CN="Low, Dana":mailto:dana@acme.example
DESCRIPTION:Agenda\\nQuestions
END:VEVENT
BEGIN:VEVENT
UID:meet-2
SUMMARY:Cancelled
STATUS:CANCELLED
DTSTART;VALUE=DATE:20261121
END:VEVENT
BEGIN:VEVENT
UID:meet-3
SUMMARY:All day
DTSTART;VALUE=DATE:20261122
END:VEVENT
END:VCALENDAR
"""


def test_meetings_of_a_calendar_are_read_and_cancelled_ones_skipped(tmp_path: Path) -> None:
    first, second = read_dropped(put(tmp_path, MEETING.replace("\n", "\r\n").encode(), "meet.ics"))
    assert (first.kind, first.on, first.subject, first.source_id) == (
        "meeting",
        dt.date(2026, 11, 20),
        "デモ",
        "meet-1",
    )
    assert first.people == (Mailbox("Sam", "sam@ours.example"), Mailbox("Low, Dana", "dana@acme.example"))
    assert first.body == "Agenda\nQuestions"
    assert (second.on, second.people) == (dt.date(2026, 11, 22), ())


@pytest.mark.parametrize("name", ["x.eml", "x.ics"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"%PDF-1.7", b"BEGIN:VCALENDAR"])
def test_what_is_neither_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_dropped(put(tmp_path, content, name))
    assert refused.value.remedy is not None


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.eml"):
        with pytest.raises(InvalidInput):
            read_dropped(path)


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")), st.booleans())
def test_any_bytes_are_a_message_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ics: bool
) -> None:
    path = put(tmp_path_factory.getbasetemp(), content, "any.ics" if ics else "any.eml")
    try:
        found = read_dropped(path)
    except InvalidInput:
        return
    assert all("\x1b" not in f"{one.subject}{one.body}{one.people}" for one in found)


def test_both_sides_are_told_apart(walk: Walk) -> None:
    record = walk.start("Acme")
    walk.save(walk.add(record, "people", name="Dana Low", email="Dana@acme.example"))
    walk.save(walk.add(record, "people", name="Rene Okubo"))
    people = [
        Mailbox("D.", "dana@ACME.example"),
        Mailbox("Rene Okubo", "rene@acme.example"),
        Mailbox("Sam", "sam@ours.example"),
        Mailbox("Kim", "kim@else.example"),
    ]
    ours, known, strangers = split_sides(people, {"ours.example"}, record.people)
    assert ([one.name for one in ours], [one.name for one in known], [one.name for one in strangers]) == (
        ["Sam"],
        ["Dana Low", "Rene Okubo"],
        ["Kim"],
    )


def test_an_e_mail_becomes_a_talk_with_its_files_once(walk: Walk, tmp_path: Path) -> None:
    record = walk.start("Acme")
    walk.save(walk.add(record, "people", name="Dana Low", email="dana@acme.example"))
    made = message()
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
    path = put(tmp_path, made.as_bytes())
    log_file(walk, record, path)
    there = walk.load(record.id)
    (touch,) = there.touchpoints
    assert (touch.kind, touch.on, touch.subject) == (TouchpointKind.EMAIL, dt.date(2026, 11, 20), "First call")
    assert touch.people == [there.people[0].id]
    assert touch.outcome is not None
    assert "Rene Okubo" in touch.outcome, "who is not of the record is named"
    assert [one.name for one in there.attachments] == ["plan.pdf"]
    with pytest.raises(Refused):
        log_file(walk, there, path)
    assert len(walk.load(record.id).touchpoints) == 1


def test_what_no_program_writes_is_read_all_the_same(tmp_path: Path) -> None:
    long = message().as_bytes().replace(b"Subject: First call", b"Subject: " + b"a" * 1_000_000)
    (found,) = read_dropped(put(tmp_path, long.replace(b"To: ", b"To: " + b"x@ours.example, " * 50_000)))
    assert 1 <= len(found.subject) <= 10_000
    assert Mailbox("Dana Low", "dana@acme.example") in found.people
    assert found.body == "Shall we meet?"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_calendar_entry_in_the_encodings_that_programs_write(tmp_path: Path, encoding: str) -> None:
    lines = (
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "UID:1",
        "SUMMARY:第1回の打ち合わせ",
        "SUMMARY:x",
        "DTSTART:20261120T010000Z",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    (found,) = read_dropped(put(tmp_path, "\r\n".join(lines).encode(encoding), "meeting.ics"))
    assert (found.subject, found.on) == ("第1回の打ち合わせ", dt.date(2026, 11, 20))
