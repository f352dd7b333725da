"""What a text means as a value of a field, as far as that takes no record: the same for answers and for rules."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from oppwizard.errors import ValueProblem
from oppwizard.i18n import LANGUAGES, SOURCE, Given, T, Text, catalogue
from oppwizard.model.ask import Kind
from oppwizard.model.choice import Choice
from oppwizard.model.contacts import normalise_email, normalise_phone
from oppwizard.model.dates import parse_date, parse_time
from oppwizard.model.fields import FieldSpec
from oppwizard.model.money import parse_currency
from oppwizard.model.numbers import parse_decimal, parse_int, parse_percent, parse_yes_no
from oppwizard.model.text import fold, shortened

if TYPE_CHECKING:
    from oppwizard.playbook.picks import Pick, PickList
    from oppwizard.playbook.schema import Playbook

_Key = TypeVar("_Key")
_SEPARATORS: Final = str.maketrans({"、": ",", ";": ",", "；": ",", "，": ",", "\n": ","})


def meant(spec: FieldSpec, text: str, playbook: "Playbook", today: dt.date) -> Any:
    """The value that a text means in a field, not yet held against the field's bounds (`accept`).

    Amounts and people are none of its matter: which currency is meant, and who, only a record tells.

    Raises:
        ValueProblem: what is wrong with it, and what would be right.
    """
    readers: Mapping[Kind, Callable[[], Any]] = {
        Kind.CHOICE: lambda: choose(spec, text),
        Kind.CHOICES: lambda: list(dict.fromkeys(choose(spec, part) for part in parts_of(text))),
        Kind.PICK: lambda: picked(playbook.pick_list(spec.ask.picks or ""), text),
        Kind.CURRENCY: lambda: parse_currency(text),
        Kind.DATE: lambda: parse_date(text, today),
        Kind.TIME: lambda: parse_time(text),
        Kind.INTEGER: lambda: parse_int(text),
        Kind.DECIMAL: lambda: parse_decimal(text),
        Kind.PERCENT: lambda: parse_percent(text),
        Kind.YES_NO: lambda: parse_yes_no(text),
        Kind.EMAIL: lambda: normalise_email(text),
        Kind.PHONE: lambda: normalise_phone(text, playbook.phone_region),
    }
    reader = readers.get(spec.ask.kind)
    return reader() if reader else text


def picked(listed: "PickList", text: str) -> str:
    """The value of a pick list that a text means, by its value or a label in any language; an open list takes others.

    Raises:
        ValueProblem: the list is closed, and has none or several of that name.
    """
    found = only_one(text, [(item.value, _spellings(item)) for item in listed.items], exact=listed.open)
    if found is not None:
        return found
    if listed.open:
        return text
    raise ValueProblem(
        T("“{text}” is not in the list", text=shortened(text)),
        T("Choose one of: {choices}", choices=", ".join(map(str, listed.items))),
    )


def accept(spec: FieldSpec, value: Any) -> Any:
    """Validate a typed value (from a file, or read from a text) with its field's own type and bounds.

    Raises:
        ValueProblem: it is not of that type, or out of bounds.
    """
    if isinstance(value, str):
        refuse_unstorable(value)
    try:
        return spec.empty if value is None else spec.adapter.validate_python(value)
    except ValidationError as error:
        raise _refusal(spec, value, error) from error


def choose(spec: FieldSpec, text: str) -> Choice:
    """The member of a field's closed list that a text means: its value, a label in any language, or their beginning.

    Raises:
        ValueProblem: none does, or several do.
    """
    assert spec.choices is not None
    found = only_one(text, [(member, names_of(member)) for member in spec.choices], exact=False)
    if found is None:
        raise ValueProblem(
            T("“{text}” is not in the list", text=shortened(text)),
            T("Choose one of: {choices}", choices=", ".join(str(member.label) for member in spec.choices)),
        )
    return found


def parts_of(text: str) -> list[str]:
    """The parts of a text that lists several."""
    return [part for part in text.translate(_SEPARATORS).split(",") if part.strip()]


def names_of(member: Choice) -> tuple[str, ...]:
    """What a member of a closed list is called: its value, and its label in every language."""
    label = member.label
    said = [text for _language, text in label.words] if isinstance(label, Given) else _translations(label)
    return tuple(dict.fromkeys((member.value, label.msgid, *said)))


def _translations(label: Text) -> tuple[str, ...]:
    return tuple(catalogue(code).gettext(label.msgid) for code in LANGUAGES if code != SOURCE)


def _spellings(item: "Pick") -> tuple[str, ...]:
    return (item.value, *item.label.values())


def only_one(text: str, named: Sequence[tuple[_Key, tuple[str, ...]]], *, exact: bool) -> _Key | None:
    """The one whose spelling equals the text, else the only one that begins with it."""
    wanted = fold(text)
    for key, spellings in named:
        if any(fold(spelling) == wanted for spelling in spellings):
            return key
    if exact:
        return None
    begun = [key for key, spellings in named if any(fold(spelling).startswith(wanted) for spelling in spellings)]
    return begun[0] if len(begun) == 1 else None


def refuse_unstorable(text: str) -> None:
    """Refuse what no file and no store can hold.

    Raises:
        ValueProblem: there is half a character or a NUL in it.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueProblem(T("The text holds half a character that no file can store"), T("Type it again.")) from error
    if "\0" in text:
        raise ValueProblem(T("The text holds a NUL character"), T("Remove it."))


def _refusal(spec: FieldSpec, value: Any, error: ValidationError) -> ValueProblem:
    first = error.errors()[0]
    context: dict[str, Any] = first.get("ctx", {})
    what = T("{field}: “{text}” does not fit", field=spec.ask.label, text=shortened(str(value)))
    remedies: Mapping[str, Text] = {
        "string_too_long": T("At most {limit} characters.", limit=context.get("max_length")),
        "greater_than": T("Above {limit}.", limit=context.get("gt")),
        "greater_than_equal": T("{limit} or more.", limit=context.get("ge")),
        "less_than_equal": T("{limit} or less.", limit=context.get("le")),
        "decimal_max_places": T("At most {limit} decimals.", limit=context.get("decimal_places")),
        "decimal_max_digits": T("At most {limit} digits.", limit=context.get("max_digits")),
        "decimal_whole_digits": T("At most {limit} digits.", limit=context.get("whole_digits")),
    }
    fallback = T("It takes: {type}", type=json.dumps(_schema_type(spec), ensure_ascii=False))
    return ValueProblem(what, remedies.get(first["type"], fallback))


def _schema_type(spec: FieldSpec) -> Any:
    if spec.choices is not None:
        return [member.value for member in spec.choices]
    return spec.ask.kind.name.lower()
