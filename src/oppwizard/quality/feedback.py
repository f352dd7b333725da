"""What a coach says to a rep after an audit: what went well, what stands out, and what to ask next (Q3).

Never more than five sentences, the gravest first; of few records as what they are.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from oppwizard.checks.facts import ACCURACY, MISTAKES
from oppwizard.i18n import T, Text
from oppwizard.playbook import coach
from oppwizard.playbook.reviews import Auditing
from oppwizard.quality.audit import Audited, OfField, OfRep
from oppwizard.quality.files import audit_json
from oppwizard.quality.shares import Share

_MOST: Final = 5
_MUCH: Final = 0.2
"""What fewer records have than this share does not stand out."""
_GOOD: Final = 0.9
"""So much of a part's points is praised ..."""
_DECENT: Final = 60
"""... where all of them together are at least so many: an empty draft has nothing wrong in it."""


def feedback(found: Audited) -> list[tuple[str, tuple[Text, ...]]]:
    """What to say to each rep."""
    return [
        (one.rep, tuple(islice(_said(found, one, one.rep), _MOST))) for one in found.figures.reps if one.rep is not None
    ]


def audit_with_feedback(found: Audited) -> dict[str, Any]:
    """An audit as its JSON file, with what to say to each rep."""
    return {
        **audit_json(found),
        "feedback": [{"rep": rep, "say": [str(text) for text in said]} for rep, said in feedback(found)],
    }


def _said(found: Audited, one: OfRep, rep: str) -> Iterator[Text]:
    rules = found.auditing
    yield from _praise(one, rules)
    faults = sorted(MISTAKES, key=lambda fault: -(one.faults[fault].rate or 0.0))
    mistakes = [fault for fault in faults if _stands_out(one.faults[fault])]
    for fault in mistakes[:2]:
        text = coach().mistakes[str(fault.name)]
        yield T("{share}: {title}. {fix}", share=_of_records(one.faults[fault]), title=text.title, fix=text.fix)
    for field in _least_answered(found, rep)[:1]:
        yield _field(field, field.by_rep[rep])
    if _stands_out(one.stale):
        yield T(
            "{share}: no talk for longer than the stage allows. Which customer will you call this week?",
            share=_of_records(one.stale),
        )
    wrong = max(ACCURACY, key=lambda fault: one.faults[fault].rate or 0.0)
    if _stands_out(one.faults[wrong]) and not mistakes:
        yield T("{share}: something is wrong with the {what}.", share=_of_records(one.faults[wrong]), what=wrong.label)


def _praise(one: OfRep, rules: Auditing) -> Iterator[Text]:
    parts = [
        (T("the required fields"), one.rubric.completion, rules.completion),
        (T("accuracy"), one.rubric.accuracy, rules.accuracy),
        (T("activity"), one.rubric.activity, rules.activity),
        (T("documentation"), one.rubric.documentation, rules.documentation),
    ]
    rated = [(points / most, name, points, most) for name, points, most in parts if most]
    share, name, points, most = max(rated, key=lambda part: part[0])
    if share >= _GOOD and one.rubric.total >= _DECENT:
        yield T("Well done: {what}, {points} of {most} points.", what=name, points=f"{points:.0f}", most=most)


def _stands_out(share: Share) -> bool:
    return (share.rate or 0.0) >= _MUCH


def _of_records(share: Share) -> Text:
    if share.of == 1:
        return T("The one record looked at")
    return T("{part} of {count} records", part=share.part, count=share.of)


def _least_answered(found: Audited, rep: str) -> list[OfField]:
    """The fields that the rep's records leave open most often."""
    mine = [field for field in found.figures.fields if field.by_rep.get(rep, Share(0, 0)).of]
    short = [field for field in mine if 1 - (field.by_rep[rep].rate or 0.0) >= _MUCH]
    return sorted(short, key=lambda field: (field.by_rep[rep].rate or 0.0, field.spec.ask.stage))


def _field(field: OfField, share: Share) -> Text:
    questions = coach().questions(field.spec.path)
    open_ones, label = _of_records(Share(share.of - share.part, share.of)), field.label
    if questions:
        return T(
            "{share}: “{field}” is left open. Ask: {question}", share=open_ones, field=label, question=questions[0]
        )
    return T("{share}: “{field}” is left open.", share=open_ones, field=label)
