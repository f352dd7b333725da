"""The layers of the playbook: files as they are read, and how one is laid over another.

Tables are laid over one another key by key. A list takes the place of the built-in one; where a layer of the
organisation's or the user's own has said it already, lists of entries that have a key (fields, products, stages,
items ...) are joined by it, and any other list takes the place of the earlier one. ``extend`` and ``replace``, at
the head of a file, say otherwise for the lists they name.
"""

import copy
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Final

from oppwizard.i18n import T, Text
from oppwizard.model.choice import Choice
from oppwizard.playbook.faults import Fault
from oppwizard.playbook.places import places
from oppwizard.playbook.schema import Playbook
from oppwizard.playbook.section import Place
from oppwizard.playbook.shape import entry_key
from oppwizard.playbook.toml import parsed

MOST_BYTES: Final = 4_000_000
"""The largest file that is read as a playbook."""
MOST_FILES: Final = 200
ORGANISATION_KEY: Final = "organisation"
DIRECTIVES: Final = ("extend", "replace", ORGANISATION_KEY)
"""What a file says of itself, beside settings."""


class Layer(Choice):
    """Whose settings they are; later ones are laid over earlier ones."""

    BUILT_IN = "built-in", T("built-in")
    ORGANISATION = "organisation", T("organisation")
    USER = "user", T("user")


@dataclass(frozen=True)
class Piece:
    """A file of a layer, as it was read.

    Attributes:
        file: None for the built-in one.
        settings: what it says, without what it says of itself.
        extend: lists of the layers below that its own are added to.
        replace: lists of the layers below that its own take the place of.
        organisation: where the organisation's layer is, as the user's file names it.
    """

    layer: Layer
    file: Path | None
    text: str
    settings: dict[str, Any] = field(default_factory=dict)
    extend: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    organisation: str | None = None

    @cached_property
    def lines(self) -> dict[Place, int]:
        """The line of every key, table and entry."""
        return places(self.text)

    def line(self, at: Place) -> int | None:
        """The line of a place, or of the nearest one around it."""
        while at:
            if at in self.lines:
                return self.lines[at]
            at = at[:-1]
        return None


def built_in() -> Piece:
    """The playbook that comes with the program."""
    text = (resources.files("oppwizard.playbook") / "default" / "playbook.toml").read_text(encoding="utf-8")
    return Piece(Layer.BUILT_IN, None, text, tomllib.loads(text))


def read_layer(layer: Layer, path: Path, faults: list[Fault]) -> list[Piece]:
    """The files of a layer: a file, or those of a folder in the order of their names.

    Args:
        faults: where everything that keeps a file from being read is put.
    """
    if path.is_dir():
        files = sorted(one for one in _listed(path, faults) if one.suffix == ".toml" and not one.name.startswith("."))
        if not files:
            faults.append(Fault(T("The folder has no .toml file"), T("Put the playbook's files there."), "", path))
        return [piece for file in files[:MOST_FILES] if (piece := _read(layer, file, faults))]
    piece = _read(layer, path, faults)
    return [piece] if piece else []


def _listed(folder: Path, faults: list[Fault]) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        faults.append(_unreadable(folder, error))
        return []


def _read(layer: Layer, file: Path, faults: list[Fault]) -> Piece | None:
    text = _text(file, faults)
    if text is None:
        return None
    read = parsed(text, file)
    faults += read.faults
    return _directed(Piece(layer, file, read.text, read.settings), faults)


def _text(file: Path, faults: list[Fault]) -> str | None:
    try:
        if not file.is_file():
            problem = T("It is no file") if file.exists() else T("There is no such file or folder")
            faults.append(Fault(problem, T("Correct the path, or take it away."), "", file))
            return None
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        faults.append(_unreadable(file, error))
        return None
    if len(data) > MOST_BYTES:
        faults.append(Fault(T("The file is too large for a playbook"), T("Is it another file?"), "", file))
        return None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        faults.append(Fault(T("It is not UTF-8 text"), T("Save it as UTF-8."), "", file, line))
        return None


def _unreadable(file: Path, error: OSError) -> Fault:
    problem = T("It cannot be read: {cause}", cause=error.strerror or error)
    return Fault(problem, T("See who may read it."), "", file)


# What a file says of itself


def _directed(piece: Piece, faults: list[Fault]) -> Piece:
    """A file with what it says of itself taken out of its settings."""
    said = {key: piece.settings.pop(key) for key in DIRECTIVES if key in piece.settings}
    made = {key: tuple(_lists(piece, key, said.get(key, []), faults)) for key in ("extend", "replace")}
    where = said.get(ORGANISATION_KEY)
    if where is not None and (piece.layer is not Layer.USER or not isinstance(where, str) or not where.strip()):
        faults.append(
            _of_itself(
                piece,
                ORGANISATION_KEY,
                T("It is the path of the organisation's playbook, in the user's own file"),
                T('Write organisation = "PATH" there, or take it away here.'),
            )
        )
        where = None
    return Piece(piece.layer, piece.file, piece.text, piece.settings, made["extend"], made["replace"], where)


def _lists(piece: Piece, key: str, said: Any, faults: list[Fault]) -> Iterator[str]:
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        faults.append(
            _of_itself(piece, key, T("It is to be a list of names"), T('Write {key} = ["picks.industries"].', key=key))
        )
        return
    for number, name in enumerate(said):
        place = _place_of_list(name, piece.settings)
        if place is None:
            problem = T("The file has no list “{name}”", name=name)
            faults.append(_of_itself(piece, key, problem, T("Name one that stands in the file."), number))
        else:
            yield ".".join(map(str, place))


def _place_of_list(name: str, settings: Mapping[str, Any]) -> Place | None:
    """Where a list stands that is named; a pick list may be named without its items."""
    here: Any = settings
    place = tuple(name.split("."))
    for part in place:
        here = here.get(part) if isinstance(here, dict) else None
    if isinstance(here, dict) and isinstance(here.get("items"), list):
        return (*place, "items")
    return place if isinstance(here, list) else None


def _of_itself(piece: Piece, key: str, problem: Text, remedy: Text, number: int | None = None) -> Fault:
    at: Place = (key,) if number is None else (key, number)
    return Fault(problem, remedy, key, piece.file, piece.line(at))


# Laying


class Laid:
    """Layers laid over one another.

    Attributes:
        tree: what they say together.
        pieces: the files, the lowest first.
    """

    def __init__(self, lowest: Piece) -> None:
        self.tree: dict[str, Any] = copy.deepcopy(lowest.settings)
        self.pieces = [lowest]
        self._from: dict[Place, tuple[Piece, Place]] = {}

    def lay(self, piece: Piece) -> None:
        """Lay a file over what there is."""
        self.pieces.append(piece)
        self._table(piece, (), (), self.tree, piece.settings)

    def origin(self, at: Place) -> tuple[Piece, Place]:
        """Which file says what stands at a place, and where in it."""
        for depth in range(len(at), 0, -1):
            if at[:depth] in self._from:
                piece, place = self._from[at[:depth]]
                return piece, (*place, *at[depth:])
        return self.pieces[0], at

    def blamed(self, at: Place) -> tuple[Piece, Place]:
        """Where a fault at a place is to be mended: in what was laid last over the built-in table around it."""
        for depth in range(len(at), 0, -1):
            piece, place = self.origin(at[:depth])
            if piece.file is not None:
                return piece, (*place, *at[depth:])
            inner = [said for one, said in self._from.items() if one[:depth] == at[:depth]]
            if inner:
                return max(inner, key=lambda said: self.pieces.index(said[0]))
        return self.pieces[0], at

    def says(self, at: Place) -> bool:
        """Whether any layer says something of a place; what none says is as its declaration has it."""
        here: Any = self.tree
        for key in at:
            try:
                here = here[key]
            except (KeyError, IndexError, TypeError):
                return False
        return True

    def _table(self, piece: Piece, at: Place, where: Place, below: dict[str, Any], above: Mapping[str, Any]) -> None:
        """Lay one table over another; ``at`` is the place in the tree, ``where`` the one in the file."""
        for key, value in above.items():
            self._setting(piece, (*at, key), (*where, key), below, value)

    def _setting(self, piece: Piece, at: Place, where: Place, below: dict[str, Any], value: Any) -> None:
        key, old = str(at[-1]), below.get(str(at[-1]))
        if isinstance(old, dict) and isinstance(value, dict):
            self._table(piece, at, where, old, value)
        elif isinstance(old, list) and isinstance(value, list) and self._joins(piece, at):
            self._join(piece, at, where, old, value)
        else:
            self._forget(at)
            below[key] = copy.deepcopy(value)
            self._from[at] = piece, where

    def _joins(self, piece: Piece, at: Place) -> bool:
        """Whether a list is added to the one below instead of taking its place."""
        name = ".".join(map(str, at))
        if name in piece.replace or any(isinstance(key, int) for key in at):
            return False
        return name in piece.extend or (at in self._from and entry_key(Playbook, at) is not None)

    def _join(self, piece: Piece, at: Place, where: Place, old: list[Any], new: list[Any]) -> None:
        key = entry_key(Playbook, at)
        known = {entry[key]: number for number, entry in enumerate(old) if key and _has_text(entry, key)}
        for number in range(len(old)):
            self._from.setdefault((*at, number), self.origin((*at, number)))
        self._from[at] = piece, where
        for number, entry in enumerate(new):
            same = known.get(entry[key]) if key and _has_text(entry, key) else None
            if same is not None:
                self._table(piece, (*at, same), (*where, number), old[same], entry)
            elif key or entry not in old:
                old.append(copy.deepcopy(entry))
                self._from[(*at, len(old) - 1)] = piece, (*where, number)

    def _forget(self, at: Place) -> None:
        for place in [place for place in self._from if place[: len(at)] == at]:
            del self._from[place]


def _has_text(entry: Any, key: str) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get(key), str)
