"""Days on which nobody signs: weekends, public holidays, and an organisation's own."""

import datetime as dt
from functools import lru_cache
from typing import Final

from oppwizard.i18n import LANGUAGES, SOURCE, Text
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.playbook import Playbook

_FRIDAY: Final = 4


def is_weekend(day: dt.date) -> bool:
    """Whether it is a Saturday or a Sunday."""
    return day.weekday() > _FRIDAY


def holiday(day: dt.date, region: str, playbook: Playbook) -> Text | None:
    """The name of a holiday, empty for one of the organisation's own; None where work goes on.

    Args:
        region: an ISO 3166 country code; of one that is not known only the organisation's own days count.
    """
    name = _public(day.year, region).get(day)
    if name is None and day in playbook.calendar.days_off:
        return Text("")
    return None if name is None else Text(name)


@lru_cache(maxsize=64)
def _public(year: int, region: str) -> dict[dt.date, str]:
    from holidays import country_holidays  # 60 ms, and only where a date is judged

    try:
        return dict(country_holidays(region, years=year, language=None).items())
    except (NotImplementedError, KeyError):
        return {}


def region_of(record: Record, playbook: Playbook) -> str:
    """The country whose holidays count: that of the account's headquarters where it names one, else our own."""
    place = fold((record.account.headquarters or "").replace("、", ",").rsplit(",", 1)[-1])
    return _countries().get(place) or playbook.phone_region


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Countries by their folded names and codes."""
    from babel import Locale

    found: dict[str, str] = {}
    for language in (*LANGUAGES, SOURCE):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(fold(name), code)
    return found | {"usa": "US", "u.s.": "US", "us": "US", "uk": "GB", "england": "GB"}
