"""Writes docs/command-reference.md from the command line itself: every command, argument and option, with its help.

python -m tools.command_reference
"""

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from oppwizard.cli.app import command_line
from tools.pages import Page, table

PAGE: Final = Page("command-reference", "command_reference")


def page() -> str:
    """The page as it should be."""
    group: Any = command_line()
    lines = list(_command("oppwizard", group, every=False))
    for name, command in group.commands.items():
        lines += ["", *_command(f"oppwizard {name}", command, every=True)]
        for word, inner in getattr(command, "commands", {}).items():
            lines += ["", *_command(f"oppwizard {name} {word}", inner, every=True)]
    return PAGE.with_end("\n".join(lines))


def _command(name: str, command: Any, *, every: bool) -> Iterator[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    yield f"## {name}"
    yield ""
    yield command.help
    yield ""
    usage = " ".join([name, *(one.metavar or one.human_readable_name for one in arguments), "[OPTIONS]"])
    yield f"    {usage if every else 'oppwizard [--db PATH] [--lang en|ja] [COMMAND]'}"
    if arguments:
        yield ""
        yield from table(("Argument", ""), [(f"`{one.metavar}`", one.help) for one in arguments])
    yield ""
    yield from table(("Option", ""), [(_spelled(one), one.help) for one in options])


def _spelled(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    takes = "" if option.is_flag else _takes(option)
    return f"{names} {takes}".strip()


def _takes(option: Any) -> str:
    annotation = option.type_descriptor.annotation
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " ".join(f"`{one.value}`" for one in annotation)
    if option.metavar:
        return f"`{option.metavar}`"
    return "`N`" if annotation in (int, float) else "`TEXT`"


if __name__ == "__main__":
    PAGE.path.write_text(page(), encoding="utf-8")
