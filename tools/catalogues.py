"""Keeps the catalogues of texts: collects them from the source, takes translations in, compiles and checks them.

    python tools/catalogues.py extract       source -> oppwizard.pot, and every oppwizard.po brought up to date
    python tools/catalogues.py missing       the untranslated texts, as JSON: {"ja": ["...", ...]}
    python tools/catalogues.py fill FILE     {text: translation} from a JSON file (- is stdin) -> po and mo
    python tools/catalogues.py prune         forget the translations of texts that are gone
    python tools/catalogues.py compile       po -> mo
    python tools/catalogues.py check         fails, with a list, when anything above is left to do

The files carry neither dates nor line numbers: the same source gives the same bytes.
"""

import argparse
import ast
import datetime as dt
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from oppwizard import i18n

ROOT: Final = Path(__file__).resolve().parent.parent
DOMAIN: Final = "oppwizard"
LANGUAGES: Final = tuple(code for code in i18n.LANGUAGES if code != i18n.SOURCE)
KEYWORDS: Final = frozenset({"T", "_", "N_"})
HEADER: Final = "# The texts of oppwizard. Kept by tools/catalogues.py; translate with its commands or any po editor."

_EPOCH: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_PLACE: Final = re.compile(r"\{([A-Za-z_]\w*)")
_UNSAID: Final = re.compile(
    rb'^"(?:Project-Id-Version|Report-Msgid-Bugs-To|Last-Translator|Language-Team'
    rb"|POT-Creation-Date|PO-Revision-Date|Generated-By): .*\n",
    re.MULTILINE,
)
"""Header lines that change from run to run, or that nobody fills."""


class Refused(Exception):
    """The catalogues are not as they should be; the message says what and what to do."""


class Catalogues:
    """The catalogues of one source tree.

    Attributes:
        root: the folder that holds ``src``.
        source: the package whose texts are collected.
        locales: where the catalogues stand.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.source = root / "src" / DOMAIN
        self.locales = self.source / "locales"

    @property
    def template_path(self) -> Path:
        """The collected texts, not in any language yet."""
        return self.locales / f"{DOMAIN}.pot"

    def po_path(self, language: str) -> Path:
        """A language's translations, to be edited."""
        return self.locales / language / "LC_MESSAGES" / f"{DOMAIN}.po"

    def mo_path(self, language: str) -> Path:
        """A language's translations, as the program reads them."""
        return self.po_path(language).with_suffix(".mo")

    def template(self) -> Catalog:
        """Every text of the source, with the files it stands in."""
        template = _new_catalogue()
        for path in sorted(self.source.rglob("*.py")):
            where = path.relative_to(self.root).as_posix()
            for msgid in texts_in(path):
                template.add(msgid, locations=[(where, 0)])
        return template

    def read(self, language: str) -> Catalog:
        """A language's catalogue as it stands; an empty one if there is none yet."""
        path = self.po_path(language)
        if not path.exists():
            return _new_catalogue(language)
        with path.open("rb") as stream:
            return read_po(stream, locale=language, domain=DOMAIN)

    def write(self, language: str, catalogue: Catalog) -> None:
        """Put a language's catalogue back."""
        _write_if_changed(self.po_path(language), _po_bytes(catalogue))


def texts_in(path: Path) -> Iterator[str]:
    """Every text that a source file marks; read from its syntax tree, for a tokenizer does not see into f-strings."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS and node.args:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value:
                yield text.value


def _new_catalogue(language: str | None = None) -> Catalog:
    return Catalog(locale=language, domain=DOMAIN, project=DOMAIN, header_comment=HEADER, fuzzy=False)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _msgids(catalogue: Catalog) -> set[str]:
    return {str(message.id) for message in _messages(catalogue)}


def _translations(catalogue: Catalog) -> dict[str, str]:
    """What counts as translated: neither empty nor fuzzy."""
    return {str(m.id): str(m.string) for m in _messages(catalogue) if m.string and not m.fuzzy}


def _po_bytes(catalogue: Catalog) -> bytes:
    catalogue.header_comment = HEADER
    out = io.BytesIO()
    write_po(out, catalogue, width=0, sort_output=True, include_lineno=False)
    return _UNSAID.sub(b"", out.getvalue()).rstrip(b"\n") + b"\n"


def _mo_bytes(catalogue: Catalog) -> bytes:
    catalogue.creation_date = _EPOCH
    catalogue.revision_date = _EPOCH
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def _write_if_changed(path: Path, content: bytes) -> None:
    """Leave a file alone that is right already, and never leave half a one."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)


def update(catalogue: Catalog, template: Catalog) -> None:
    """Take new texts in. Texts that are gone keep their translation, set aside, until `prune`."""
    for message in catalogue.obsolete.values():
        if message.id not in catalogue:
            catalogue[message.id] = message
    catalogue.obsolete.clear()
    catalogue.update(template, no_fuzzy_matching=True)


def places(text: str) -> set[str]:
    """The names of the ``{places}`` that a text leaves for parameters."""
    return set(_PLACE.findall(text))


def misplaced(msgid: str, translation: str) -> str | None:
    """Say how a translation's places differ from its text's, if they do."""
    if places(msgid) == places(translation):
        return None
    return f"{sorted(places(msgid))} in the text, {sorted(places(translation))} in the translation"


def extract(catalogues: Catalogues) -> None:
    """Collect the texts of the source and bring every language's catalogue up to date."""
    template = catalogues.template()
    _write_if_changed(catalogues.template_path, _po_bytes(template))
    for language in LANGUAGES:
        catalogue = catalogues.read(language)
        update(catalogue, template)
        catalogues.write(language, catalogue)
        print(f"{language}: {len(_translations(catalogue))} of {len(catalogue)} texts translated")


def compile_all(catalogues: Catalogues) -> None:
    """Write what the program reads."""
    for language in LANGUAGES:
        _write_if_changed(catalogues.mo_path(language), _mo_bytes(catalogues.read(language)))


def missing(catalogues: Catalogues) -> None:
    """Print the texts of the source that have no translation yet, in the order of the source's names."""
    wanted = _msgids(catalogues.template())
    left = {language: sorted(wanted - _translations(catalogues.read(language)).keys()) for language in LANGUAGES}
    print(json.dumps(left, ensure_ascii=False, indent=2))


def fill(catalogues: Catalogues, given: dict[str, str], language: str) -> None:
    """Take translations in, all of them or none.

    Raises:
        Refused: one is of a text that the source does not have, is empty, or has other places than its text.
    """
    template = catalogues.template()
    if problems := list(_fill_problems(given, _msgids(template))):
        raise Refused("\n".join(["nothing was written:", *problems]))
    catalogue = catalogues.read(language)
    update(catalogue, template)
    for msgid, translation in given.items():
        message = catalogue[msgid]
        message.string = translation
        message.flags.discard("fuzzy")
    _write_if_changed(catalogues.template_path, _po_bytes(template))
    catalogues.write(language, catalogue)
    compile_all(catalogues)
    print(f"{language}: {len(given)} taken in, {len(catalogue) - len(_translations(catalogue))} left")


def _fill_problems(given: dict[str, str], wanted: set[str]) -> Iterator[str]:
    for msgid, translation in given.items():
        if msgid not in wanted:
            yield f"  not a text of the source: {msgid!r}"
        elif not translation.strip():
            yield f"  empty translation: {msgid!r}"
        elif difference := misplaced(msgid, translation):
            yield f"  places differ in {msgid!r}: {difference}"


def prune(catalogues: Catalogues) -> None:
    """Forget the translations of texts that the source no longer has."""
    template = catalogues.template()
    for language in LANGUAGES:
        catalogue = catalogues.read(language)
        update(catalogue, template)
        gone = len(catalogue.obsolete)
        catalogue.obsolete.clear()
        catalogues.write(language, catalogue)
        print(f"{language}: {gone} forgotten")


def check(catalogues: Catalogues) -> None:
    """See that every text of the source is translated, rightly and compiled.

    Raises:
        Refused: something is left to do.
    """
    template = catalogues.template()
    problems = list(_template_problems(catalogues, template))
    for language in LANGUAGES:
        problems += [f"{language}: {problem}" for problem in _language_problems(catalogues, template, language)]
    if problems:
        raise Refused("\n".join([*problems, f"{len(problems)} to settle; see the head of tools/catalogues.py"]))
    print(f"{len(template)} texts, all translated: {', '.join(LANGUAGES)}")


def _template_problems(catalogues: Catalogues, template: Catalog) -> Iterator[str]:
    path = catalogues.template_path
    if not path.exists() or path.read_bytes() != _po_bytes(template):
        yield f"{path.relative_to(catalogues.root)} is not what the source gives (extract)"


def _language_problems(catalogues: Catalogues, template: Catalog, language: str) -> Iterator[str]:
    catalogue = catalogues.read(language)
    wanted = _msgids(template)
    known = _msgids(catalogue)
    gone = (known - wanted) | {str(message.id) for message in catalogue.obsolete.values()}
    yield from _listed("not in the catalogue (extract)", wanted - known)
    yield from _listed("no longer in the source (extract, prune)", gone)
    yield from _listed("not translated (missing, fill)", wanted & _untranslated(catalogue))
    yield from _listed("fuzzy: look at it (fill)", {str(m.id) for m in _messages(catalogue) if m.fuzzy})
    for msgid, translation in _translations(catalogue).items():
        if difference := misplaced(msgid, translation):
            yield f"places differ in {msgid!r}: {difference}"
    mo_path = catalogues.mo_path(language)
    if not mo_path.exists() or mo_path.read_bytes() != _mo_bytes(catalogue):
        yield f"{mo_path.relative_to(catalogues.root)} is not what its .po gives (compile)"


def _untranslated(catalogue: Catalog) -> set[str]:
    return {str(message.id) for message in _messages(catalogue) if not message.string}


def _listed(problem: str, msgids: Iterable[str]) -> Iterator[str]:
    return (f"{problem}: {msgid!r}" for msgid in sorted(msgids))


def _read_json(name: str) -> dict[str, str]:
    text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refused(f"{name} is not JSON: {error}") from error
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise Refused(f"{name} should be one object: {{text: translation}}")
    return given


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        commands.add_parser(name)
    filler = commands.add_parser("fill")
    filler.add_argument("file", help="a JSON file of {text: translation}; - is stdin")
    filler.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    return parser.parse_args()


COMMANDS: Final = {"extract": extract, "missing": missing, "prune": prune, "compile": compile_all, "check": check}


def main() -> int:
    """Do what the command line asks; 1 when the catalogues are refused."""
    arguments = _arguments()
    catalogues = Catalogues()
    try:
        if arguments.command == "fill":
            fill(catalogues, _read_json(arguments.file), arguments.language)
        else:
            COMMANDS[arguments.command](catalogues)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
