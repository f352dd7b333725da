"""When colleagues look at a deal again, in words (Q2)."""

from oppwizard.i18n import T, Text


def pace(late: int) -> Text:
    """How a session stands against its day, by the days for which it has been due."""
    if late > 0:
        return T("overdue for {days} days", days=late)
    if late == 0:
        return T("due today")
    return T("due in {days} days", days=-late)
