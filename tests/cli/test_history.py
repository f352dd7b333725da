"""Reading deals of the past from a file of anybody's (X2): what goes in, what is listed as faulty, what is asked."""

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from oppwizard.context import Context
from oppwizard.data.store import Store
from tests.checks.past_deals import FOREIGN, needs_foreign
from tests.cli.conftest import Answer, Command

HEADER = "Opportunity ID,Account,Product,Amount,Created Date,Close Date,Stage\n"
ROWS = (
    "D-1,Harbor Tools,Stock Count,1200,2026-01-10,2026-03-01,Closed Won\n"
    "D-2,Castor Lines,Stock Count,900,2026-01-12,2026-02-20,Closed Lost\n"
    "D-3,Meridian,Route Plan,2400,2026-02-02,,Negotiation\n"
)


@pytest.fixture
def deals(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "deals.csv"
    path.parent.mkdir()
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


@pytest.fixture
def stored(context: Context) -> Any:
    """The past deals of the store, read by its database itself; days as text, as a file has them."""

    def read(columns: str = "key, account, product, amount, opened, closed, outcome") -> list[tuple[Any, ...]]:
        order = "" if columns.startswith("count") else " ORDER BY key"
        with Store.open(context.store) as store, store._reading() as connection:
            rows = connection.exec_driver_sql(f"SELECT {columns} FROM past_deal{order}").all()
        return [tuple(str(each) if isinstance(each, dt.date) else each for each in row) for row in rows]

    return read


def faults_of(path: Path) -> list[dict[str, str]]:
    with path.with_suffix(".faults.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_columns_are_proposed_shown_and_read(cli: Command, deals: Path, stored: Any) -> None:
    done = cli("history", "import", str(deals))
    assert done.code == 0
    assert "Rows: 3. New: 3, changed: 0, there already: 0, not read: 0." in done.out
    assert "Close Date" in done.err
    assert "“Closed Won” means" in done.err
    assert stored() == [
        ("crm:D-1", "Harbor Tools", "Stock Count", 12_000_000, "2026-01-10", "2026-03-01", "won"),
        ("crm:D-2", "Castor Lines", "Stock Count", 9_000_000, "2026-01-12", "2026-02-20", "lost"),
        ("crm:D-3", "Meridian", "Route Plan", 24_000_000, "2026-02-02", None, "open"),
    ]


def test_a_dry_run_writes_nothing(cli: Command, deals: Path, stored: Any) -> None:
    done = cli("history", "import", str(deals), "--dry-run")
    assert "Nothing was written" in done.out
    assert stored() == []


def test_the_same_file_twice_changes_nothing_and_a_corrected_one_changes_what_differs(
    cli: Command, deals: Path, stored: Any
) -> None:
    cli("history", "import", str(deals))
    before = stored("*")
    again = cli("history", "import", str(deals), "--json").json
    assert (again["added"], again["changed"], again["same"]) == (0, 0, 3)
    assert stored("*") == before
    deals.write_text(HEADER + ROWS.replace("900", "950"), encoding="utf-8")
    mended = cli("history", "import", str(deals), "--json").json
    assert (mended["added"], mended["changed"], mended["same"]) == (0, 1, 2)


def test_rows_without_a_number_are_known_by_their_content(cli: Command, deals: Path, stored: Any) -> None:
    rows = [line.split(",", 1)[1] for line in (HEADER + ROWS + ROWS.splitlines(keepends=True)[0]).splitlines()]
    deals.write_text("\n".join(rows), encoding="utf-8")
    assert cli("history", "import", str(deals), "--json").json["added"] == 4, "two equal deals are two deals"
    assert cli("history", "import", str(deals), "--json").json["same"] == 4
    assert len(stored()) == 4


def test_what_cannot_be_read_is_listed_with_line_column_and_reason(cli: Command, deals: Path, stored: Any) -> None:
    bad = (
        "D-4,Acme,Stock Count,a lot,2026-01-10,2026-03-01,Closed Won\n"
        'D-5,"two\nlines",Stock Count,10,2026-02-30,2026-03-01,Closed Won\n'
        "D-6,Acme,Stock Count,10,2026-03-10,2026-03-01,Closed Won\n"
        "D-7,Acme,Stock Count,10,2026-03-10,2027-03-01,Closed Won\n"
        "D-8,=cmd|' /C calc'!A0,Stock Count,10\n"
        "D-9,Acme,Stock Count,-10,2026-01-10,2026-03-01,Closed Won\n"
    )
    deals.write_text(HEADER + ROWS + bad, encoding="utf-8")
    done = cli("history", "import", str(deals))
    assert done.code == 3
    assert "not read: 6" in done.out
    assert len(stored()) == 3
    listed = faults_of(deals)
    assert [(row["line"], row["column"]) for row in listed] == [
        ("5", "Amount"),
        ("6", "Created Date"),
        ("8", "Close Date"),
        ("9", "Close Date"),
        ("10", ""),
        ("11", "Amount"),
    ]
    assert all(row["reason"] for row in listed)
    assert "“2026-02-30” is not a date" in listed[1]["reason"]
    assert not listed[4]["Account"].startswith("="), "a spreadsheet would run it"


def test_a_number_is_one_deals(cli: Command, deals: Path, tmp_path: Path, stored: Any) -> None:
    """Where numbers are not those of deals, the content is what a deal is known by; unless a person says otherwise."""
    mapping = tmp_path / "map.toml"
    cli("history", "import", str(deals), "--dry-run", "--save-map", str(mapping))
    more = "D-1,Acme,P,10,2026-01-10,2026-03-01,Closed Won\n,Acme,P,10,2026-01-10,2026-03-01,Closed Won\n"
    deals.write_text(HEADER + ROWS + more, encoding="utf-8")
    by_content = cli("history", "import", str(deals), "--dry-run", "--json").json
    assert "key" not in by_content["mapping"]["columns"]
    assert by_content["faults"] == 0
    by_number = cli("history", "import", str(deals), "--map", str(mapping))
    assert by_number.code == 3
    assert [row["reason"] for row in faults_of(deals)] == ["has the number of an earlier row", "has no number"]
    assert len(stored()) == 3


def test_the_order_of_day_and_month_is_asked_never_guessed(cli: Command, deals: Path, stored: Any) -> None:
    deals.write_text(
        "Id,Amount,Opened,Closed,Stage\n1,10,03/04/2026,05/06/2026,Won\n2,10,01/02/2026,02/03/2026,Won\n", "utf-8"
    )
    asked = cli("history", "import", str(deals))
    assert asked.code == 2
    assert "day or with the month" in asked.err
    assert "--day-first or --month-first" in asked.err
    assert stored() == []
    assert cli("history", "import", str(deals), "--day-first").code == 0
    assert stored("opened, closed") == [("2026-04-03", "2026-06-05"), ("2026-02-01", "2026-03-02")]
    assert cli("history", "import", str(deals), "--month-first", "--json").json["changed"] == 2
    assert stored("opened")[0] == ("2026-03-04",)
    both = cli("history", "import", str(deals), "--month-first", "--day-first")
    assert both.code == 2


def test_one_date_settles_the_order_for_the_whole_file(cli: Command, deals: Path, stored: Any) -> None:
    deals.write_text(
        "Id,Amount,Opened,Closed,Stage\n1,10,03/04/2026,05/06/2026,Won\n2,10,13/02/2026,14/03/2026,Won\n", "utf-8"
    )
    assert cli("history", "import", str(deals)).code == 0
    assert stored("opened") == [("2026-04-03",), ("2026-02-13",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_encodings(cli: Command, deals: Path, stored: Any, encoding: str) -> None:
    header = "商談ID,取引先名,商品名,金額,作成日,完了日,フェーズ\n"
    text = header + "J-1,海港工具株式会社,在庫,120万円,2026年1月10日,2026/3/1,受注\n"
    deals.write_bytes(text.encode(encoding))
    assert cli("history", "import", str(deals)).code == 0
    assert stored() == [
        ("crm:J-1", "海港工具株式会社", "在庫", 12_000_000_000, "2026-01-10", "2026-03-01", "won"),
    ]


def test_side_files_are_joined_and_spellings_proposed_not_merged(cli: Command, deals: Path, stored: Any) -> None:
    deals.write_text(HEADER + ROWS.replace("Route Plan", "RoutePlan"), encoding="utf-8")
    (deals.parent / "products.csv").write_text("Product,Sales Price\nStock Count,1500\nRoute Plan,3000\n", "utf-8")
    (deals.parent / "accounts.csv").write_text(
        "Account,Sector\nHarbor Tools,Retail\nCastor Lines,Logistics\nMeridian,Optics\n", "utf-8"
    )
    done = cli("history", "import", str(deals), "--json").json
    assert done["alike"] == [{"field": "product", "text": "RoutePlan", "keep": "Route Plan"}]
    assert done["unjoined"] == {"list_price": 1}
    assert stored("product, segment, list_price") == [
        ("Stock Count", "Retail", 15_000_000),
        ("Stock Count", "Logistics", 15_000_000),
        ("RoutePlan", "Optics", None),
    ]


def test_a_mapping_is_written_corrected_and_used(cli: Command, deals: Path, tmp_path: Path, stored: Any) -> None:
    mapping = tmp_path / "map.toml"
    deals.write_text(HEADER + ROWS.replace("Route Plan", "StockCount"), encoding="utf-8")
    cli("history", "import", str(deals), "--dry-run", "--save-map", str(mapping))
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('"Negotiation" = "open"', '"Negotiation" = "lost"'), encoding="utf-8")
    with mapping.open("a", encoding="utf-8") as stream:
        stream.write('\n[same.product]\n"StockCount" = "Stock Count"\n')
    done = cli("history", "import", str(deals), "--map", str(mapping), "--json").json
    assert done["alike"] == []
    assert stored("product, outcome")[2] == ("Stock Count", "lost")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('columns = "x"', "columns"),
        ("[columns]\nkey = 'Nope'", "no column"),
        ("[columns]\nshoe = 'Account'", "no field"),
        ("not toml", "cannot be read"),
        ("dates = 'sideways'", "dates"),
    ],
)
def test_a_faulty_mapping_is_refused_with_its_place(
    cli: Command, deals: Path, tmp_path: Path, text: str, said: str
) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(text, encoding="utf-8")
    done = cli("history", "import", str(deals), "--map", str(mapping))
    assert done.code in (2, 3)
    assert said in done.err


GARBAGE: dict[str, bytes] = {
    "empty": b"",
    "header only": HEADER.encode(),
    "blank lines": b"\n\n\n",
    "binary": bytes(range(256)) * 40,
    "zeros": b"\0" * 5_000,
    "an open quotation mark": (HEADER + ROWS + 'D-4,"open,Stock Count,1,2026-01-01,2026-01-02,Won\n' * 50).encode(),
    "one cell of ten megabytes": (HEADER + f"D-1,{'x' * 10_000_000},P,1,2026-01-01,2026-02-01,Won\n").encode(),
    "two columns of one name": (HEADER.replace("Product", "Account") + ROWS).encode(),
    "no line end": (HEADER + ROWS).rstrip().encode(),
    "bytes of no encoding": (HEADER + ROWS).encode() + b"D-9,\xff\xfe\x81,P,1,2026-01-01,2026-02-01,Closed Won\n",
    "ten thousand columns": (",".join(f"c{n}" for n in range(10_000)) + "\n").encode(),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_refused_or_listed_and_never_a_traceback(cli: Command, deals: Path, name: str) -> None:
    deals.write_bytes(GARBAGE[name])
    done = cli("history", "import", str(deals))
    assert done.code in (0, 2, 3), done.err
    assert "Traceback" not in done.err
    assert "internal" not in done.err.lower()


def test_a_folder_and_a_missing_file_are_refused(cli: Command, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        done = cli("history", "import", str(path))
        assert done.code in (2, 3)
        assert "cannot be read" in done.err


def test_nothing_is_half_written(cli: Command, deals: Path, stored: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault file that cannot be written stops the import before a row stays."""
    from oppwizard.exchange.faults import FaultFile

    deals.write_text(HEADER + ROWS + "D-4,Acme,P,a lot,2026-01-10,2026-03-01,Closed Won\n", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FaultFile, "_row", full)
    done = cli("history", "import", str(deals))
    assert done.code != 0
    assert "Traceback" not in done.err
    assert stored() == []


@needs_foreign
def test_a_foreign_history_goes_in_whole(cli: Command, tmp_path: Path, stored: Any) -> None:
    for file in FOREIGN.parent.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    answer: Answer = cli("history", "import", str(tmp_path / FOREIGN.name), "--json")
    said = json.loads(answer.out)
    assert answer.code == 0
    assert (said["rows"], said["added"], said["faults"]) == (8_800, 8_800, 0)
    assert {"field": "product", "text": "GTXPro", "keep": "GTX Pro"} in said["alike"]
    assert stored("count(*)")[0][0] == 8_800
    assert stored("count(*) FILTER (WHERE account IS NULL), count(*) FILTER (WHERE opened IS NULL)") == [(1_425, 500)]
    assert stored("count(DISTINCT product)")[0][0] == 7, "GTXPro stays a spelling of its own until a person says"
