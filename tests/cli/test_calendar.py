"""`oppwizard calendar`: of one record, of all of one's own, to a file and in JSON (X4)."""

from pathlib import Path

from tests.cli.conftest import Command


def step(cli: Command, record: str, day: str) -> None:
    cli("set", record, "next_step=Send the plan to operations", f"next_step_on={day}", "owner=rep")


def test_a_second_calendar_updates_the_first(cli: Command, begun: str, tmp_path: Path) -> None:
    step(cli, begun, "2027-01-15")
    path = tmp_path / "mine.ics"
    assert cli("calendar", begun, "--out", str(path)).code == 0
    first = path.read_text().splitlines()
    step(cli, begun, "2027-01-22")
    assert cli("calendar", begun, "--out", str(path)).code == 0
    second = path.read_text().splitlines()
    uids = [[line for line in text if line.startswith("UID:")] for text in (first, second)]
    assert uids[0] == uids[1] != []
    numbers = [
        int(next(line for line in text if line.startswith("SEQUENCE:")).split(":")[1]) for text in (first, second)
    ]
    assert numbers[0] < numbers[1]
    assert "DTSTART;VALUE=DATE:20270122" in second


def test_mine_is_every_open_record_that_is_mine(cli: Command, begun: str) -> None:
    step(cli, begun, "2027-01-15")
    other = cli("new", "Meridian").out.strip()
    cli("set", other, "owner=somebody", "next_step=Call operations about the plan", "next_step_on=2027-01-16")
    told = cli("calendar", "--mine").out
    assert begun in told.replace("\r\n ", "")
    assert other not in told.replace("\r\n ", "")
    assert cli("calendar", "--mine", "--json").json["calendar"].startswith("BEGIN:VCALENDAR")


def test_it_is_one_record_or_all_of_mine(cli: Command, begun: str) -> None:
    assert cli("calendar").code == 2
    assert cli("calendar", begun, "--mine").code == 2
    assert cli("calendar", begun, "--out", "/no/such/folder/x.ics").code == 3
