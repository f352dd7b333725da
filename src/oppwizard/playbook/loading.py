"""Loading the playbook: its layers, everything that is wrong with them, and the settings that come of it."""

import copy
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from oppwizard.errors import ValueProblem
from oppwizard.playbook.faults import Fault, FaultyPlaybook
from oppwizard.playbook.layers import Laid, Layer, Piece, built_in, read_layer
from oppwizard.playbook.messages import told
from oppwizard.playbook.schema import Playbook
from oppwizard.playbook.section import Contradiction, Place, Wrong
from oppwizard.playbook.shape import section_of, spoken, type_at

_ROUNDS: Final = 12
"""So often what is at fault is taken out and the rest is looked at again."""
_JUDGES_NOTHING: Final = ("version", "keys")
"""Settings by which no record is judged, beside the sections that say so of themselves."""


@dataclass(frozen=True)
class Examined:
    """A playbook with all that is to be said of it.

    Attributes:
        laid: the layers.
        playbook: the settings; None where they have faults.
        faults: everything that is wrong.
        organisation: where the organisation's layer is; None without one.
    """

    laid: Laid
    playbook: Playbook | None
    faults: tuple[Fault, ...]
    organisation: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that were read, the lowest first."""
        return tuple(piece.file for piece in self.laid.pieces if piece.file is not None)

    def fault_at(self, at: Place, problem: Any, remedy: Any = None) -> Fault:
        """A fault of the setting at a place."""
        return _fault(self.laid, at, problem, remedy)


def load_playbook(user_file: Path | None = None, organisation: Path | None = None) -> Playbook:
    """The built-in playbook with the organisation's and the user's layers laid over it.

    Args:
        user_file: the user's file or folder, which need not exist.
        organisation: the organisation's; without it the one that the user's file names.

    Raises:
        FaultyPlaybook: a file cannot be read, or a setting is not one; says all that is wrong, and where.
    """
    examined = examine(user_file, organisation)
    if examined.playbook is None:
        raise FaultyPlaybook(examined.faults)
    return examined.playbook


def examine(user_file: Path | None = None, organisation: Path | None = None) -> Examined:
    """Read the layers and find everything that is wrong with them."""
    faults: list[Fault] = []
    own = read_layer(Layer.USER, user_file, faults) if user_file is not None and user_file.exists() else []
    organisation = organisation or _named_in(own)
    shared = read_layer(Layer.ORGANISATION, organisation, faults) if organisation is not None else []
    laid = Laid(built_in())
    for piece in (*shared, *own):
        laid.lay(piece)
    playbook, found = _validated(laid)
    faults += found
    if faults:
        return Examined(laid, None, tuple(_in_order(laid, faults)), organisation)
    return Examined(laid, _marked(laid, playbook), (), organisation)


def examine_alone(path: Path) -> Examined:
    """Read one file or folder, which is to be there, over the built-in layer, and find everything that is wrong."""
    if path.exists():
        return examine(path)
    faults: list[Fault] = []
    read_layer(Layer.USER, path, faults)
    return Examined(Laid(built_in()), None, tuple(faults))


def _named_in(pieces: Iterable[Piece]) -> Path | None:
    """The organisation's playbook that a user's file names, seen from where the file is."""
    for piece in pieces:
        if piece.organisation is not None and piece.file is not None:
            return piece.file.parent / Path(piece.organisation).expanduser()
    return None


def _in_order(laid: Laid, faults: Iterable[Fault]) -> list[Fault]:
    """By layer, file and line, each once."""
    files = [piece.file for piece in laid.pieces]
    once = {(fault.path, fault.said): fault for fault in faults}
    return sorted(once.values(), key=lambda one: (files.index(one.file) if one.file in files else -1, one.line or 0))


# What playbooks are told apart by


def _marked(laid: Laid, playbook: Playbook | None) -> Playbook | None:
    """The playbook with its version as records remember it: settings that differ from ours leave a mark in it."""
    lowest, tree = (_judging(settings) for settings in (laid.pieces[0].settings, laid.tree))
    if playbook is None or tree == lowest:
        return playbook
    written = json.dumps(tree, sort_keys=True, ensure_ascii=False, default=str)
    mark = hashlib.sha256(written.encode()).hexdigest()[:8]
    return playbook.model_copy(update={"version": f"{playbook.version}+{mark}"})


def _judging(settings: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if _judges(key)}


def _judges(key: str) -> bool:
    section = section_of(type_at(Playbook, (key,)))
    return key not in _JUDGES_NOTHING and (section is None or section.JUDGES)


# All faults, not the first


def _validated(laid: Laid) -> tuple[Playbook | None, list[Fault]]:
    """The settings, or everything that is wrong with them.

    What is wrong is taken out and the rest looked at again, for what settings say together is only seen where each of
    them is right by itself.
    """
    rest = _Rest(laid)
    faults: list[Fault] = []
    for _round in range(_ROUNDS):
        try:
            playbook = Playbook.model_validate(rest.tree)
        except ValidationError as error:
            found = [wrong for one in error.errors() for wrong in _wrongs(rest, one)]
            faults += [_fault(laid, wrong.at, wrong.problem, wrong.remedy) for wrong in found]
            if not rest.without(error.errors()):
                break
        else:
            return (None, faults) if faults else (playbook, faults)
    return None, faults


def _fault(laid: Laid, at: Place, problem: Any, remedy: Any) -> Fault:
    piece, place = laid.blamed(at)
    return Fault(
        problem, remedy, spoken(at, Playbook, laid.tree), piece.file, piece.line(place) if piece.file else None
    )


def _wrongs(rest: "_Rest", error: ErrorDetails) -> Iterator[Wrong]:
    """What an error of the validator says, at its place in the whole; nothing that follows from other faults."""
    at = rest.place(error["loc"])
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Contradiction):
        for wrong in cause.wrongs:
            causes = [wrong.because, *(rest.place((*error["loc"], key)) for key in wrong.beside)]
            whole = rest.place((*error["loc"], *wrong.at))
            if not rest.moot(whole, causes):
                yield Wrong(whole, wrong.problem, wrong.remedy)
    elif not rest.moot(at):
        problem, remedy = (cause.problem, cause.remedy) if isinstance(cause, ValueProblem) else told(error, at)
        yield Wrong(at, problem, remedy)


def _places(error: ErrorDetails) -> Iterator[Place]:
    """Where the validator's error stands in what it looked at."""
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Contradiction):
        yield from ((*error["loc"], *wrong.at) for wrong in cause.wrongs)
    else:
        yield error["loc"]


class _Rest:
    """What is left of the settings when those at fault are taken out."""

    def __init__(self, laid: Laid) -> None:
        self.tree = laid.tree
        self._lowest = laid.pieces[0].settings
        self._gone: list[Place] = []
        self._left: dict[Place, list[int]] = {}
        """Of lists that entries were taken out of: which of them are left, by their numbers."""

    def place(self, at: Place) -> Place:
        """Where a place of what is left is in all of it; what the validator adds of its own is left out."""
        found: Place = ()
        here: Any = self.tree
        for number, key in enumerate(at):
            here, is_there = _step(here, key)
            if not is_there and number < len(at) - 1:
                continue
            if isinstance(key, int) and found in self._left and key < len(self._left[found]):
                key = self._left[found][key]
            found = found if key == "[key]" else (*found, key)
        return found

    def moot(self, at: Place, causes: Iterable[Place] = ()) -> bool:
        """Whether something is wrong only because of what was taken out: there, or among its causes."""
        known = [cause for cause in causes if cause]
        return any(
            at[: len(gone)] == gone or any(gone[: len(cause)] == cause for cause in known) for gone in self._gone
        )

    def without(self, errors: Iterable[ErrorDetails]) -> bool:
        """Take out what is at fault; whether anything was."""
        places = {self._smallest(at, error["type"]) for error in errors for at in _places(error)} - {()}
        if not self._gone:
            self.tree = copy.deepcopy(self.tree)
        for at in sorted(places, key=_from_the_end, reverse=True):
            whole = self.place(at)
            if not self._take(at, whole):
                return False
            self._gone.append(whole)
        return bool(places)

    def _smallest(self, at: Place, kind: str) -> Place:
        """The smallest part that can be taken out: the entry of a list it is in, else the setting itself."""
        if kind == "missing":
            at = at if len(at) == 1 else at[:-1]
        while at and not self._is_there(at):
            at = at[:-1]
        first = next((depth for depth, key in enumerate(at) if isinstance(key, int)), None)
        return at if first is None else at[: first + 1]

    def _is_there(self, at: Place) -> bool:
        here: Any = self.tree
        for key in at:
            here, is_there = _step(here, key)
            if not is_there:
                return len(at) == 1
        return True

    def _take(self, at: Place, whole: Place) -> bool:
        here: Any = self.tree
        for key in at[:-1]:
            here = here[key]
        last = at[-1]
        if isinstance(here, list) and isinstance(last, int):
            left = self._left.setdefault(whole[:-1], list(range(len(here))))
            del here[last], left[last]
        elif (given := _given(self._lowest, at)) is not None and whole not in self._gone:
            here[last] = copy.deepcopy(given)
        elif last in here:
            del here[last]
        else:
            return False
        return True


def _from_the_end(at: Place) -> list[tuple[int, str]]:
    """An order in which the numbers of entries ascend, so that the last can be taken out first."""
    return [(key, "") if isinstance(key, int) else (0, key) for key in at]


def _step(here: Any, key: str | int) -> tuple[Any, bool]:
    """What stands under a key, and whether anything does; where nothing does, one stays where one is."""
    try:
        return here[key], True
    except (KeyError, IndexError, TypeError):
        return here, False


def _given(settings: Any, at: Place) -> Any:
    for key in at:
        if not isinstance(settings, dict) or key not in settings:
            return None
        settings = settings[key]
    return settings
