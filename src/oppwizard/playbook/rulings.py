"""The rules of a playbook, worked out: each with its gate, its place and its conditions; or every fault in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oppwizard.i18n import T
from oppwizard.model.enums import Severity, Stage
from oppwizard.model.fields import CUSTOM, FIELDS, ROW_KINDS, FieldSpec, declared_in, fields_of
from oppwizard.playbook.conditions import Node, Source, Test, inside, kinds_in, source_of, sources
from oppwizard.playbook.contradictions import contradictions
from oppwizard.playbook.resolving import Resolver
from oppwizard.playbook.rules import Rule
from oppwizard.playbook.section import Contradiction, Place

if TYPE_CHECKING:
    from oppwizard.playbook.schema import Playbook

_FIGURE_ROWS = {"arr": "lines", "acv": "lines", "tcv": "lines"}
"""Where one goes to change a figure."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule as gates put it to records.

    Attributes:
        each: the kind of rows that both conditions are put to, if they are.
        at: the field at which it is said, or the key of a kind of rows.
        scored: whether it rests on the score, which falls with time.
    """

    rule: Rule
    must: Node
    when: Node | None
    each: str | None
    stage: Stage
    at: Source | str
    severity: Severity
    scored: bool


def resolve(playbook: "Playbook") -> dict[Stage, tuple[Ruling, ...]]:
    """The rules of a playbook by the stage whose gate looks at them.

    Raises:
        Contradiction: with everything that is wrong with them, each at its place.
    """
    fields = {path: spec for path, spec in FIELDS.items() if spec.entity != CUSTOM} | declared_in(playbook.custom)
    resolver = Resolver(playbook, fields)
    found: dict[int, Ruling] = {}
    for number, rule in enumerate(playbook.rules):
        ruling = _ruling(resolver, rule, ("rules", number))
        if ruling is not None:
            found[number] = ruling
    faults = resolver.faults or list(contradictions({n: _posed(one) for n, one in found.items()}, playbook))
    if faults:
        raise Contradiction(faults)
    return {stage: tuple(one for one in found.values() if one.stage is stage) for stage in Stage}


def _posed(one: Ruling) -> tuple[Rule, Node, Node | None, bool]:
    return one.rule, one.must, one.when, one.severity is Severity.BLOCK


def _ruling(resolver: Resolver, rule: Rule, place: Place) -> Ruling | None:
    each = None
    if rule.each is not None:
        each = resolver.kind(rule.each, (*place, "each"))
        if each is None:
            return None
    must = resolver.node(rule.must, (*place, "must"), each)
    when = resolver.node(rule.when, (*place, "when"), each) if rule.when is not None else None
    if must is None or (rule.when is not None and when is None):
        return None
    if each and not any(source.rows == each for source in sources(must)):
        problem = T("must looks at no field of {rows}", rows=each)
        resolver.fault((*place, "each"), problem, T("Leave {setting} out.", setting="each"))
        return None
    stage = _stage(resolver, rule, must, place)
    at = _at(resolver, rule, must, stage, place) if stage else None
    if stage is None or at is None:
        return None
    scored = any(source.path == "score" for node in (must, when) if node for source in sources(node))
    return Ruling(rule, must, when, each, stage, at, Severity(rule.level), scored)


def _asked_by(node: Node) -> Iterator[Stage]:
    """The stages that ask for what a condition looks at."""
    yield from (source.stage for source in sources(node) if source.stage)
    yield from (table_stage(kind) for kind in kinds_in(node))


def table_stage(kind: str) -> Stage:
    """The stage that first asks for rows of a kind."""
    return min(spec.ask.stage for spec in fields_of(kind))


def _stage(resolver: Resolver, rule: Rule, must: Node, place: Place) -> Stage | None:
    """The gate of a rule: a gate can demand only what has been asked for by then."""
    asked = max(_asked_by(must), default=None)
    if rule.stage is None:
        if asked is None:
            resolver.fault(place, T("It does not say which gate looks at it"), T("Give a stage from 1 to 6."))
        return asked
    stage = Stage(rule.stage)
    if asked is not None and stage < asked:
        problem = T("Gate {gate} cannot demand what stage {stage} asks for", gate=rule.stage, stage=int(asked))
        resolver.fault((*place, "stage"), problem, T("Give {number} or more.", number=int(asked)))
        return None
    return stage


def _at(resolver: Resolver, rule: Rule, must: Node, stage: Stage, place: Place) -> Source | str | None:
    if rule.at is not None:
        return _named(resolver, rule.at, stage, (*place, "at"))
    for wanted in (stage, None):
        for node in inside(must):
            at, asked = _place_of(node)
            if at is not None and wanted in (asked, None):
                return at
    resolver.fault(place, T("It does not say at which field it stands"), T("Give at, with the path of a field."))
    return None


def _place_of(node: Node) -> tuple[Source | str | None, Stage | None]:
    if isinstance(node, Test):
        if node.source.spec is None:
            return _FIGURE_ROWS.get(node.source.path), node.source.stage
        return node.source, node.source.stage
    for kind in kinds_in(node):
        return kind, table_stage(kind)
    return None, None


def _named(resolver: Resolver, path: str, stage: Stage, place: Place) -> Source | str | None:
    if path in ROW_KINDS:
        return path
    spec: FieldSpec | None = resolver.fields.get(path)
    if spec is None:
        if resolver.source(path, place) is not None:
            problem = T("{path} is worked out, and no field that one can go to", path=path)
            resolver.fault(place, problem, T("Name a field, or a kind of rows, such as lines."))
        return None
    if spec.ask.stage > stage:
        problem = T(
            "{path} is asked for in stage {stage}, behind gate {gate}",
            path=path,
            stage=int(spec.ask.stage),
            gate=int(stage),
        )
        resolver.fault(place, problem, T("Name a field before it."))
        return None
    return source_of(spec)
