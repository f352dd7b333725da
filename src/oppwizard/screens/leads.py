"""Leads from the app: which list, what its columns mean, which leads of it; then what became of them (A1)."""

import asyncio
from typing import TYPE_CHECKING, Final

from oppwizard.errors import OppwizardError
from oppwizard.exchange.leads.importing import LeadOutcome, LeadReport, import_leads
from oppwizard.exchange.leads.planning import LeadPlan, ask, plan
from oppwizard.exchange.leads.saying import FATES, is_news, meanings, remarks, stands, summary
from oppwizard.exchange.planning import Question
from oppwizard.i18n import T, Text, _, sentences
from oppwizard.model.text import visible
from oppwizard.screens.dialogs import AskText, Choose, Reader, path_of
from oppwizard.walk import Walk

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_SHOWN: Final = 12
"""So many columns are shown before a list is read."""
_MOST: Final = 300
"""So many leads are listed one by one when it has been read."""
_HOW: Final[tuple[tuple[Text, bool, bool], ...]] = (
    (T("Take in the leads from MQL on"), False, False),
    (T("Take in all leads"), True, False),
    (T("Only look: write nothing"), False, True),
)
"""What may be done with a list: whether leads below MQL are taken in, and whether nothing is written."""


async def ask_and_import(app: "OppwizardApp") -> str:
    """Ask for a list, let the person see what it means, read it, and show what became of it."""
    named = await app.push_screen_wait(AskText(_("Which list of leads? CSV, JSON or JSON Lines")))
    if not named:
        return ""
    path, walk = path_of(named), app.ready
    try:
        made = await asyncio.to_thread(plan, path, None, walk.playbook)
        while made.questions:
            if not await _answered(app, made, made.questions[0]):
                return _("Nothing was read: {question}", question=made.questions[0].text)
        chosen = await app.push_screen_wait(Choose(_meant(made), [str(label) for label, _all, _dry in _HOW]))
        if chosen is None:
            return ""
        app.notify(visible(_("Reading {file} ...", file=path.name)), markup=False)
        report, outcomes = await asyncio.to_thread(_read, walk, made, chosen)
    except OppwizardError as problem:
        return sentences(problem.problem, problem.remedy)
    app.clear_notifications()
    await app.push_screen_wait(Reader(path.name, "\n".join(_told(report, outcomes))))
    return str(summary(report))


async def _answered(app: "OppwizardApp", made: LeadPlan, question: Question) -> bool:
    """Ask what a list leaves open; False where nobody says, or a mapping file is needed to say it."""
    if question.name not in ("dates", "decimal"):
        text = sentences(question.text, T("Say it: {how}", how=question.option))
        await app.push_screen_wait(Reader(made.table.path.name, text))
        return False
    answers = {"day-first": _("The day first"), "month-first": _("The month first")}
    chosen = await app.push_screen_wait(Choose(str(question.text), [answers.get(one, one) for one in question.choices]))
    if chosen is None:
        return False
    setattr(made.mapping, question.name, question.choices[chosen])
    await asyncio.to_thread(ask, made)
    return True


def _meant(made: LeadPlan) -> str:
    """What the columns are taken to mean, as the head of a question."""
    known = [f"{column} → {label}" for column, path, label in meanings(made) if path != "-"]
    lines = [made.table.path.name, *known[:_SHOWN]]
    if len(known) > _SHOWN:
        lines.append(_("and {count} more", count=len(known) - _SHOWN))
    if made.rest:
        lines.append(_("Kept as a note: {names}", names=", ".join(made.rest)))
    return "\n".join(lines)


def _read(walk: Walk, made: LeadPlan, chosen: int) -> tuple[LeadReport, list[LeadOutcome]]:
    """Read a list on a walk of its own, so that the records on screen are nobody else's meanwhile."""
    _label, everyone, dry_run = _HOW[chosen]
    news: list[LeadOutcome] = []

    def told(outcome: LeadOutcome) -> None:
        if is_news(outcome) and len(news) < _MOST:
            news.append(outcome)

    own = Walk(walk.store, walk.playbook, walk.context)
    return import_leads(own, made, everyone=everyone, dry_run=dry_run, tell=told), news


def _told(report: LeadReport, outcomes: list[LeadOutcome]) -> list[str]:
    lines = [str(summary(report)), *remarks(report), ""]
    for outcome in outcomes:
        lines.append("  ".join((outcome.title, str(FATES[outcome.fate]), str(stands(outcome)))))
        lines += [f"- {said}" for said in (outcome.because, outcome.look_alike) if said is not None]
        lines += [f"- {place}: {problem}" for place, problem in outcome.problems]
    return lines
