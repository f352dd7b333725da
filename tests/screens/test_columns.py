"""Rows of a list as lines that fit (Q1, Q2)."""

from rich.cells import cell_len

from oppwizard.screens.columns import in_columns

ROWS = (("overdue, 62 h", "Harbor Tools - Stock Count - 120 scanners", "$64,800.00", "Account executive"),)
JAPANESE = (
    ("期限超過、70時間経過", "港湾工具株式会社の棚卸し支援システム導入", "￥1,200,000", "山田"),
    ("待機中", "短い", "￥5", ""),
)


def test_where_there_is_room_nothing_is_cut() -> None:
    (line,) = in_columns(ROWS, 120, gives_way=(3, 1), right=(2,))
    assert line.plain == "  ".join(ROWS[0])


def test_what_gives_way_is_cut_in_its_order() -> None:
    (line,) = in_columns(ROWS, 80, gives_way=(3, 1), right=(2,))
    assert line.plain == "overdue, 62 h  Harbor Tools - Stock Count - 120 scanners  $64,800.00  Account e…"
    (least,) = in_columns(ROWS, 10, gives_way=(3, 1), right=(2,))
    assert least.plain == "overdue, 62 h  Harbor To…  $64,800.00  Account e…"


def test_wide_letters_stay_in_their_columns() -> None:
    first, second = in_columns(JAPANESE, 60, gives_way=(3, 1), right=(2,))
    assert cell_len(first.plain) <= 60
    assert cell_len(second.plain) == cell_len(first.plain) - 2 - cell_len("山田")


def test_what_is_typed_is_no_markup_and_no_escape() -> None:
    (line,) = in_columns([("[bold]", "a\x1b[31m\nb")], 40, gives_way=(1,))
    assert line.plain.startswith("[bold]  a")
    assert "\x1b" not in line.plain
    assert "\n" not in line.plain
