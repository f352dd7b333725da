"""What the columns of a history file seem to mean: by their header first, by their content where that is silent."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from oppwizard.data.history import Outcome
from oppwizard.exchange.mapping import DATES, MONEY, DayMonth, Decimals
from oppwizard.model.text import fold

_HEADERS: Final[dict[str, str]] = {
    "key": (
        "opportunityid dealid recordid id opportunitynumber dealnumber number 商談id 案件id 商談番号 案件番号 番号"
    ),
    "account": (
        "account accountname customer customername company companyname client 取引先名 取引先 顧客名 顧客 会社名 得意先"
    ),
    "product": "product productname productcode sku item 商品名 商品 製品名 製品 品名 品目",
    "segment": "segment sector industry vertical marketsegment 業種 業界 セグメント",
    "rep": (
        "salesagent rep salesrep owner opportunityowner dealowner ownername salesperson 担当者 担当 営業担当 所有者"
    ),
    "currency": "currency currencycode currencyisocode dealcurrencycode 通貨 通貨コード",
    "amount": (
        "closevalue amount dealamount value dealvalue revenue totalamount total contractvalue 金額 "
        "受注金額 売上 契約金額"
    ),
    "list_price": "salesprice listprice listvalue catalogprice unitprice price 定価 標準価格 単価",
    "discount": "discount discountpercent discountrate 割引 割引率 値引 値引率",
    "opened": (
        "engagedate opendate openedon opened createddate createdate createdon created startdate "
        "作成日 登録日 開始日 発生日"
    ),
    "closed": (
        "closedate closedon closed closingdate closeddate wondate enddate 完了予定日 完了日 受注日 "
        "クローズ日 成約日 終了日"
    ),
    "outcome": (
        "dealstage stage stagename outcome status result salesstage phase フェーズ ステージ 状態 結果 状況 ステータス"
    ),
}
"""The headers of each field, squeezed; the likelier ones first."""
_WON: Final = frozenset(["won", "closedwon", "closewon", "win", "success", "受注", "成約", "成立", "契約", "契約済"])
_LOST: Final = frozenset(
    "lost closedlost closelost loss cancelled canceled abandoned dead 失注 不成立 中止 敗退".split()  # noqa: SIM905
)
_DATE: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](?:\d{4}|\d\d)(?:\D.*)?")
_DATE_LIKE: Final = re.compile(r"\d{1,4}[/.\-年]\d{1,2}[/.\-月]\d{1,4}.*|\d{8}")
_NUMBER_LIKE: Final = re.compile(r"\D{0,4}\d[\d.,' \u00a0\u202f]*\D{0,4}")
_POINT: Final = re.compile(r"\d+\.\d{1,2}|\d{4,}\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d*)?|0\.\d+|\d+\.\d{4,}")
_COMMA: Final = re.compile(
    r"\d+,\d{1,2}|\d{4,},\d+|\d{1,3}(?:\.\d{3})+(?:,\d*)|\d{1,3}(?:\.\d{3}){2,}|0,\d+|\d+,\d{4,}"
)
_EITHER: Final = re.compile(r"\d{1,3}[.,]\d{3}")
_MOSTLY: Final = 0.5
"""The share of a column's cells that must look like what its field holds."""


def squeezed(text: str) -> str:
    """A text's letters and digits alone: what two spellings of one name have in common."""
    return "".join(char for char in fold(text) if char.isalnum())


def proposed_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """The column of each field that is recognised; a column serves one field."""
    plain = {name: squeezed(name) for name in header}
    found: dict[str, str] = {}
    for field, words in _HEADERS.items():
        for word in words.split():
            name = next((name for name in header if plain[name] == word and name not in found.values()), None)
            if name is not None and _suits(field, _cells(header, rows, name)):
                found[field] = name
                break
    return found


def _cells(header: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> list[str]:
    index = header.index(name)
    return [row[index].strip() for row in rows if len(row) > index and row[index].strip()]


def cells_of(header: Sequence[str], rows: Sequence[Sequence[str]], names: Iterable[str]) -> list[str]:
    """The cells of some columns that are not empty."""
    return [cell for name in names if name in header for cell in _cells(header, rows, name)]


def _suits(field: str, cells: list[str]) -> bool:
    if not cells:
        return True
    if field == "key":
        return len(set(cells)) == len(cells)
    shape = _DATE_LIKE if field in DATES else _NUMBER_LIKE if field in (*MONEY, "discount") else None
    if shape is None:
        return True
    return sum(shape.fullmatch(unicodedata.normalize("NFKC", cell)) is not None for cell in cells) >= _MOSTLY * len(
        cells
    )


def day_month(cells: Iterable[str]) -> tuple[DayMonth, bool]:
    """The order of day and month in figures, and whether it is a question that the cells leave open."""
    first = second = undecided = 0
    for cell in set(cells):
        found = _DATE.fullmatch(unicodedata.normalize("NFKC", cell))
        if found:
            first += int(found[1]) > 12
            second += int(found[2]) > 12
            undecided += int(found[1]) <= 12 and int(found[2]) <= 12 and found[1] != found[2]
    if first and not second:
        return "day-first", False
    if second and not first:
        return "month-first", False
    return "", bool(undecided)


def decimal_mark(cells: Iterable[str]) -> tuple[Decimals, bool]:
    """The decimal mark of amounts, and whether it is a question that the cells leave open."""
    points = commas = either = 0
    for cell in set(cells):
        number = re.sub(r"[^\d.,]", "", cell)
        points += _POINT.fullmatch(number) is not None
        commas += _COMMA.fullmatch(number) is not None
        either += _EITHER.fullmatch(number) is not None
    if points and not commas:
        return ".", False
    if commas and not points:
        return ",", False
    return "", bool(either and points == commas)


def outcomes(words: Iterable[str]) -> dict[str, Outcome]:
    """What the words of a stage mean: those not known as an end are taken for stages of an open deal."""
    counted = Counter(word.strip() for word in words)
    return {word: _outcome(word) for word, _count in counted.most_common()}


def _outcome(word: str) -> Outcome:
    plain = squeezed(word)
    if plain in _WON:
        return Outcome.WON
    return Outcome.LOST if plain in _LOST else Outcome.OPEN
