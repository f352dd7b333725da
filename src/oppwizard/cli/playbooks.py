"""The command for the playbook: whether it has faults, what is in force and why, what its required fields cost."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, argument, command
from oppwizard.cli.session import context_of, opened
from oppwizard.i18n import T, _, sentences

if TYPE_CHECKING:
    from oppwizard.context import Context
    from oppwizard.playbook.effective import Setting
    from oppwizard.playbook.faults import Fault
    from oppwizard.playbook.loading import Examined
    from oppwizard.quality.bloat import Cost

_INVALID = 3


class Ask(str, Enum):
    """What is asked of the playbook."""

    CHECK = "check"
    SHOW = "show"
    COST = "cost"


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app, T("Check the playbook, show which settings are in force and why, or say what its required fields cost.")
    )(playbook)


def playbook(
    ctx: typer.Context,
    ask: Annotated[Ask, argument(T("check, show or cost."), "check|show|cost")],
    what: Annotated[
        str | None,
        argument(T("With check: a file or folder, instead of those in use. With show: a setting or table."), "[WHAT]"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at the playbook."""
    if ask is Ask.CHECK:
        _check(context_of(ctx), Path(what).expanduser() if what else None, as_json=as_json)
    elif ask is Ask.SHOW:
        _show(context_of(ctx), what or "", as_json=as_json)
    elif what:
        raise typer.BadParameter(_("cost takes nothing behind it"))
    else:
        _cost(ctx, as_json=as_json)


# check


def _check(context: "Context", path: Path | None, *, as_json: bool) -> None:
    from oppwizard.cli.output import emit

    examined, faults, advised = _judged(context, path)
    if as_json:
        emit(
            {
                "files": [str(file) for file in examined.files],
                "version": examined.playbook.version if examined.playbook else None,
                "faults": [fault.to_json() for fault in faults],
                "warnings": [fault.to_json() for fault in advised],
            }
        )
    else:
        _tell_faults(examined, faults, advised)
    if faults:
        raise typer.Exit(_INVALID)


def _judged(context: "Context", path: Path | None) -> "tuple[Examined, list[Fault], list[Fault]]":
    """A playbook, what is wrong with it, and what is unwise."""
    import os

    from oppwizard.playbook.advice import advice
    from oppwizard.playbook.loading import examine, examine_alone
    from oppwizard.walk.trial import walk_faults
    from oppwizard.widgets.keymap import wrong_keys

    examined = examine_alone(path) if path else examine(context.playbook, context.organisation)
    keys = examined.laid.tree.get("keys", {})
    sound = isinstance(keys, dict) and all(isinstance(key, str) for key in keys.values())
    wrong = [examined.fault_at(one.at, one.problem, one.remedy) for one in wrong_keys(keys)] if sound else []
    wrong += [*_wrong_regions(examined), *_wrong_tables(examined)]
    wrong += [] if wrong else walk_faults(examined, context.today)
    named = context.playbook if path is None and os.environ.get("OPPWIZARD_PLAYBOOK") else None
    return examined, [*examined.faults, *wrong], list(advice(examined, named))


def _wrong_regions(examined: "Examined") -> "list[Fault]":
    """Countries that there are not."""
    from oppwizard.playbook.answerable import unknown_regions

    found = unknown_regions(examined.playbook) if examined.playbook is not None else ()
    return [examined.fault_at(one.at, one.problem, one.remedy) for one in found]


def _wrong_tables(examined: "Examined") -> "list[Fault]":
    """What is wrong with the tables of CRMs, of a playbook that has such."""
    from oppwizard.playbook.crm import Crm

    if examined.playbook is None or examined.playbook.crm == Crm():
        return []
    from oppwizard.exchange.crm.plans import faulty_tables

    return [examined.fault_at(one.at, one.fault, one.mend) for one in faulty_tables(examined.playbook)]


def _tell_faults(examined: "Examined", faults: "list[Fault]", advised: "list[Fault]") -> None:
    from oppwizard.cli.output import say

    for fault in faults:
        say(str(fault))
    for fault in advised:
        say(f"{_('Warning')}: {fault}")
    if faults:
        say(_("Faults: {count}", count=len(faults)))
    else:
        files = ", ".join(map(str, examined.files)) or _("the built-in playbook alone")
        version = examined.playbook.version if examined.playbook else ""
        say(_("No faults: {files}; records remember it as {version}", files=files, version=version))


# show


def _show(context: "Context", key: str, *, as_json: bool) -> None:
    from oppwizard.cli.output import emit
    from oppwizard.playbook.effective import settings_in_force
    from oppwizard.playbook.faults import FaultyPlaybook
    from oppwizard.playbook.loading import examine

    examined = examine(context.playbook, context.organisation)
    if examined.playbook is None:
        raise FaultyPlaybook(examined.faults)
    found = settings_in_force(examined, key)
    if as_json:
        emit({"version": examined.playbook.version, "settings": [one.to_json() for one in found]})
    elif len(found) == 1:
        _tell_one(found[0])
    else:
        _tell_many(found)


def _tell_one(setting: "Setting") -> None:
    from oppwizard.cli.output import pairs, say

    say(f"{setting.key} = {setting.shown}")
    told = {_("Comes from"): str(setting.origin)}
    if setting.about:
        told[_("Meaning")] = setting.about
    for line in pairs(told):
        say(f"  {line}")


def _tell_many(settings: "list[Setting]") -> None:
    from oppwizard.cli.output import print_table
    from oppwizard.playbook.effective import shortened

    print_table([[one.key, shortened(one.shown), str(one.origin)] for one in settings])


# cost


def _cost(ctx: typer.Context, *, as_json: bool) -> None:
    from oppwizard.cli.output import emit
    from oppwizard.quality.bloat import cost

    with opened(ctx) as walk:
        found = cost(walk)
    if as_json:
        emit(found.to_json())
    else:
        _tell_cost(found)


def _tell_cost(found: "Cost") -> None:
    from oppwizard.cli.output import print_table, say
    from oppwizard.quality.bloat import cost_lines

    rows = [[_("Stage"), _("Required"), _("Your own")]]
    rows += [[f"{int(one.stage)} {one.stage.label}", str(one.built_in), str(len(one.own))] for one in found.weights]
    print_table(rows, right=frozenset({1, 2}))
    say("")
    say(_("Records judged: {judged}; before a closed gate: {waiting}", judged=found.judged, waiting=found.waiting))
    if found.held:
        table: list[list[Any]] = [[_("Field"), "", _("Lacking"), _("The only one open")]]
        table += [[one.path, str(one.label), str(one.lacking), str(one.alone)] for one in found.held]
        print_table(table, right=frozenset({2, 3}))
    say("")
    for line in cost_lines(found):
        say(str(line))
    for problem, remedy in found.warnings:
        say(f"{_('Warning')}: {sentences(problem, remedy)}")
