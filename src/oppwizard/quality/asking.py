"""What results are asked for: the rep, the team and the months that a person types."""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

from oppwizard.data.results import Asked
from oppwizard.errors import NotFound, ValueProblem
from oppwizard.i18n import T, Text
from oppwizard.model.dates import parse_date
from oppwizard.model.text import fold
from oppwizard.process.required import shortened
from oppwizard.walk import Walk


def typed(walk: Walk, since: str, until: str, rep: str | None, team: str | None) -> Asked:
    """Which records a person wants to have counted.

    Raises:
        ValueProblem: `months` refuses the months.
        NotFound: no record is the rep's or the team's.
    """
    return Asked(*months(since, until, walk.context.today), *named(walk, rep or None, team or None))


def named(walk: Walk, rep: str | None, team: str | None) -> tuple[str | None, str | None]:
    """A rep and a team as records have them, whatever the letters' case.

    Raises:
        NotFound: no record is theirs.
    """
    reps, teams = walk.store.reps_and_teams() if rep or team else ([], [])
    return (
        _known(rep, reps, T("No record belongs to the rep “{name}”", name=rep)) if rep else None,
        _known(team, teams, T("No record belongs to the team “{name}”", name=team)) if team else None,
    )


def _known(wanted: str, known: Sequence[str], problem: Text) -> str:
    found = wanted if wanted in known else next((name for name in known if fold(name) == fold(wanted)), None)
    if found is None:
        raise NotFound(problem, T("There are: {names}.", names=", ".join(known[:10])) if known else None)
    return found


def months(since: str, until: str, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """The first day of a month that is typed, and the day after the last one of another; None where none is typed.

    Raises:
        ValueProblem: one is no month, or the second is before the first.
    """
    first = _first(since, today) if since.strip() else None
    last = _first(until, today) if until.strip() else None
    if first and last and last < first:
        raise ValueProblem(T("{last} is before {first}", last=f"{last:%Y-%m}", first=f"{first:%Y-%m}"))
    return first, last and _after(last)


def _first(text: str, today: dt.date) -> dt.date:
    """The first day of a month: of one written as such, else of that in which a date lies."""
    whole = re.fullmatch(r"\s*([0-9]{4})[-/年.]([0-9]{1,2})月?\s*", unicodedata.normalize("NFKC", text))
    try:
        return parse_date(f"{whole[1]}-{whole[2]}-1" if whole else text, today).replace(day=1)
    except ValueProblem as problem:
        raise ValueProblem(
            T("“{text}” is no month", text=shortened(text)), T("Write a month such as 2026-11.")
        ) from problem


def _after(first: dt.date) -> dt.date:
    """The first day of the month after."""
    return (first + dt.timedelta(days=31)).replace(day=1)
