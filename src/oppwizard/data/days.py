"""What is asked of days in SQL and every database says in another way."""

import datetime as dt
from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[int]):  # noqa: N801 - named as it reads in a statement
    """How many days the second day is after the first; negative where it is before."""

    type = Integer()
    inherit_cache = True


class month_of(FunctionElement[str]):  # noqa: N801 - named as it reads in a statement
    """The month of a day, as ``2026-11``."""

    type = String()
    inherit_cache = True


def month_text(day: dt.date) -> str:
    """The same of a day in hand."""
    return f"{day:%Y-%m}"


def _written(element: FunctionElement[Any], compiler: SQLCompiler, **more: Any) -> list[str]:
    return [compiler.process(clause, **more) for clause in element.clauses]


@compiles(days_between, "sqlite")
def _days_sqlite(element: days_between, compiler: SQLCompiler, **more: Any) -> str:
    first, second = _written(element, compiler, **more)
    return f"CAST(julianday({second}) - julianday({first}) AS INTEGER)"


@compiles(days_between)
def _days(element: days_between, compiler: SQLCompiler, **more: Any) -> str:
    first, second = _written(element, compiler, **more)
    return f"({second} - {first})"


@compiles(month_of, "sqlite")
def _month_sqlite(element: month_of, compiler: SQLCompiler, **more: Any) -> str:
    (day,) = _written(element, compiler, **more)
    return f"substr({day}, 1, 7)"


@compiles(month_of)
def _month(element: month_of, compiler: SQLCompiler, **more: Any) -> str:
    (day,) = _written(element, compiler, **more)
    return f"to_char({day}, 'YYYY-MM')"
