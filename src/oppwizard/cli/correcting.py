"""What the columns of a history file mean, shown and corrected on a terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from oppwizard.cli.output import as_table, tell
from oppwizard.i18n import T, Text, _

if TYPE_CHECKING:
    from oppwizard.exchange.planning import Plan, Question

_TAKE, _LEAVE, _NONE = "=", ":q", "-"


def shown(made: "Plan") -> list[str]:
    """What is proposed, as lines."""
    from oppwizard.exchange.mapping import FIELDS

    mapping, rows = made.mapping, list[list[str]]()
    for field, label in FIELDS.items():
        column, join = mapping.columns.get(field), mapping.joins.get(field)
        if column is not None:
            rows.append([str(label), column, _examples(made, column)])
        elif join is not None:
            rows.append([str(label), f"{join.file}: {join.take}", f"{join.on} = {join.key}"])
        else:
            rows.append([str(label), "-", ""])
    for word, outcome in mapping.outcomes.items():
        rows.append([_("“{word}” means", word=word), str(outcome.label), ""])
    if mapping.dates:
        rows.append([_("Dates"), mapping.dates, ""])
    return as_table(rows)


def _examples(made: "Plan", column: str) -> str:
    index = made.shape.header.index(column)
    found = dict.fromkeys(row[index] for row in made.sample if row[index].strip())
    return ", ".join(list(found)[:3])


def correct(made: "Plan") -> None:
    """Ask until nothing is open and the person takes it as it stands.

    Raises:
        typer.Abort: the person leaves.
    """
    from oppwizard.exchange.mapping import FIELDS
    from oppwizard.exchange.planning import ask

    for each in made.alike:
        same = T("Is “{text}” the same as “{keep}”?", text=each.text, keep=each.keep)
        if _chosen(same, {"no": _("No, leave them apart"), "yes": _("Yes, make them one")}) == "yes":
            made.mapping.same.setdefault(each.field, {})[each.text] = each.keep
    while True:
        ask(made)
        for question in made.questions:
            _answer(made, question)
        ask(made)
        choices = {} if made.questions else {_TAKE: _("Read it so")}
        choices |= {field: _("Correct: {field}", field=label) for field, label in FIELDS.items()}
        picked = _chosen(T("What next?"), choices | {_LEAVE: _("Leave")})
        if picked == _TAKE:
            return
        if picked == _LEAVE:
            _leave()
        _assign(made, picked)
        for line in shown(made):
            tell(line)


def _answer(made: "Plan", question: "Question") -> None:
    mapping: Any = made.mapping
    if question.name in ("dates", "decimal"):
        setattr(mapping, question.name, _chosen(question.text, {value: value for value in question.choices}))
    else:
        tell(str(question.text))


def _assign(made: "Plan", field: str) -> None:
    """Give a field another column, and an outcome's words their meanings."""
    from oppwizard.data.history import Outcome

    mapping = made.mapping
    names = {
        name: f"{name}  ({_examples(made, name)})" for name in made.shape.header if made.shape.header.count(name) == 1
    }
    column = _chosen(T("Which column?"), names | {_NONE: _("None")})
    mapping.joins.pop(field, None)
    mapping.columns.pop(field, None)
    if column == _NONE:
        return
    mapping.columns[field] = column
    if field == "outcome":
        mapping.outcomes = {}
        for word in sorted(set(made.cells("outcome"))):
            meaning = _chosen(T("“{word}” means", word=word), {each.value: str(each.label) for each in Outcome})
            mapping.outcomes[word] = Outcome(meaning)


def _chosen(question: Text, choices: dict[str, str]) -> str:
    import questionary

    listed: Sequence[Any] = [questionary.Choice(text, value) for value, text in choices.items()]
    answer = questionary.select(str(question), choices=listed, qmark="").ask()
    if answer is None:
        _leave()
    return str(answer)


def _leave() -> None:
    import typer

    raise typer.Abort
