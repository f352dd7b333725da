"""The providers that a playbook names: files, services, and what other packages bring as entry points."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from oppwizard.enrichment.asking import Answer, Provider, ProviderProblem, Question
from oppwizard.enrichment.secrets import is_reference, revealed
from oppwizard.errors import InvalidInput
from oppwizard.i18n import T
from oppwizard.playbook import Playbook
from oppwizard.playbook.enrichment import PluginSource

GROUP: Final = "oppwizard.enrichment"
"""An entry point of this group yields, called with its settings (a mapping of texts), a `Provider`."""


@dataclass(frozen=True, slots=True)
class Plugged:
    """A provider of another package, under the name that the playbook gives it."""

    name: str
    answers: frozenset[str]
    look_up: Callable[[Question], Sequence[Answer]]


def providers(playbook: Playbook, folder: Path) -> tuple[Provider, ...]:
    """Every provider that a playbook turns on, in its order. Nothing is read or asked yet.

    Args:
        folder: where the paths of files begin.

    Raises:
        InvalidInput: no installed package brings a plugin of that name, or it does not keep to the interface.
        ProviderProblem: a secret of a plugin's settings is not there.
    """
    return tuple(_made(playbook, folder))


def _made(playbook: Playbook, folder: Path) -> Iterator[Provider]:
    from oppwizard.enrichment.files import FileProvider

    said = playbook.enrichment
    yield from (FileProvider(source, folder) for source in said.files)
    if said.http:
        from oppwizard.enrichment.http import HttpProvider

        yield from (HttpProvider(source) for source in said.http)
    if said.plugins:
        known = installed()
        yield from (_plugin(source, known) for source in said.plugins)


def installed() -> dict[str, EntryPoint]:
    """The plugins that installed packages bring, by name."""
    return {point.name: point for point in entry_points(group=GROUP)}


def _plugin(source: PluginSource, known: Mapping[str, EntryPoint]) -> Provider:
    point = known.get(source.name)
    if point is None:
        raise InvalidInput(
            T("No installed package brings a provider called “{name}”", name=source.name),
            T("Installed are: {names}", names=", ".join(sorted(known)) or "-"),
        )
    settings = {name: revealed(value) if is_reference(value) else value for name, value in source.settings.items()}
    try:
        made = point.load()(settings)
        if isinstance(made, Provider):
            return Plugged(source.name, frozenset(made.answers), made.look_up)
    except ProviderProblem:
        raise
    except Exception as error:  # foreign code raises what it likes; its words may hold a secret of the settings
        raise InvalidInput(
            T("The provider “{name}” cannot be set up: {cause}", name=source.name, cause=type(error).__name__)
        ) from None
    raise InvalidInput(
        T("What {package} brings as “{name}” is no provider", package=point.value, name=source.name),
        T("A provider has name, answers and look_up."),
    )
