"""Writes docs/command-reference.md from the command line itself: every command, argument and option, with its help.

python -m tools.command_reference
"""

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from oppwizard.cli.app import command_line
from oppwizard.i18n import LANGUAGES
from tools.pages import Page, table

PAGE: Final = Page("command-reference", "command_reference")
_USAGE: Final = f"oppwizard [--db PATH] [--lang {'|'.join(LANGUAGES)}] [COMMAND]"


def page() -> str:
    """The page as it should be."""
    group: Any = command_line()
    lines = list(_command("oppwizard", group, every=False))
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None) or {}
        for word, each in (
            {f"{name} {word}": one for word, one in inner.items()}.items() if inner else [(name, command)]
        ):
            lines += ["", *_command(f"oppwizard {word}", each, every=True)]
    return PAGE.with_end("\n".join(lines))


def _command(name: str, command: Any, *, every: bool) -> Iterator[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    yield f"## {name}"
    yield ""
    yield command.help
    yield ""
    usage = " ".join([name, *(one.metavar or one.human_readable_name for one in arguments), "[OPTIONS]"])
    yield f"    {usage if every else _USAGE}"
    if arguments:
        yield ""
        yield from table(("Argument", ""), [(_placed(one), one.help) for one in arguments])
    yield ""
    yield from table(("Option", ""), [(_spelled(one), one.help) for one in options])


def _placed(argument: Any) -> str:
    """An argument, and what it is chosen from unless its name says so."""
    choices = _choices(argument)
    is_said = all(choice in argument.metavar for choice in choices)
    return " ".join(f"`{each}`" for each in (argument.metavar, *(() if is_said else choices)))


def _spelled(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    takes = "" if option.is_flag else _takes(option)
    return f"{names} {takes}".strip()


def _takes(option: Any) -> str:
    if choices := _choices(option):
        return " ".join(f"`{choice}`" for choice in choices)
    if option.metavar:
        return f"`{option.metavar}`"
    return "`N`" if option.type_descriptor.annotation in (int, float) else "`TEXT`"


def _choices(param: Any) -> list[str]:
    annotation = param.type_descriptor.annotation
    is_list = isinstance(annotation, type) and issubclass(annotation, Enum)
    return [str(one.value) for one in annotation] if is_list else []


if __name__ == "__main__":
    PAGE.path.write_text(page(), encoding="utf-8")
