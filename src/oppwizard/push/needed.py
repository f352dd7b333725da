"""What only the extra brings."""

from oppwizard.errors import OppwizardError
from oppwizard.i18n import T


class MissingExtra(OppwizardError):
    """A package that is not installed."""

    exit_code = 2


def missing_extra(package: str) -> MissingExtra:
    """What is said of it."""
    return MissingExtra(
        T("A push needs {package}, which is not installed", package=package),
        T("Install it: pip install “oppwizard[push]”"),
    )
