"""How a record is judged, in words: its score with what would raise it, its date and amount beside others, its twins.

One list of lines for every face: a screen makes them clickable, a command prints them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from oppwizard.checks.duplicates import Candidate
from oppwizard.checks.mistakes import Mistake
from oppwizard.checks.score import Score
from oppwizard.checks.strip import strip
from oppwizard.checks.unseen import Unseen
from oppwizard.i18n import T, Text, _, sentences
from oppwizard.model.fields import FIELDS
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.process.entry import show
from oppwizard.process.sizing import ZERO, plain
from oppwizard.walk import Walk

MOST_GAINS = 8
"""So many of the things that would raise a score are listed; the next ones follow when these are done."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a judgement.

    Attributes:
        at: where to go to do something about it.
        other: the record that it speaks of.
        head: whether it begins a part.
    """

    text: str
    at: Address | None = None
    other: UUID | None = None
    head: bool = False


def judgement(walk: Walk, record: Record, width: int) -> list[Line]:
    """The whole judgement of a record today, as lines.

    Args:
        width: the cells that a strip may take.
    """
    checked = walk.checked(record)
    lines = [*_score(walk.score(record)), *_duplicates(checked.candidates, checked.unseen, record)]
    lines += [*_close_date(walk, record, width), *_amount(walk, record)]
    return [*lines, *_mistakes(walk.mistakes(record)), *_playbook(walk, record)]


def _head(text: Text) -> Line:
    return Line(str(text), head=True)


def _score(score: Score) -> Iterator[Line]:
    yield _head(T("Score {total} of 100", total=score.total))
    for part in score.parts:
        yield Line(f"{part.area.label}: {float(part.points):.1f} / {part.most}")
    for gain in score.gains[:MOST_GAINS]:
        yield Line(f"+{float(gain.points):.1f}  {gain.what}", at=gain.at)


def _duplicates(found: tuple[Candidate, ...], unseen: tuple[Unseen, ...], record: Record) -> Iterator[Line]:
    said = {link.other_id: link for link in record.links}
    if not found and not unseen and not said:
        return
    yield _head(T("May be the same deal"))
    for each in found:
        link = said.pop(each.id, None)
        answer = f"  [{link.relation.label}{': ' + link.because if link.because else ''}]" if link else ""
        yield Line(f"{each.strength:.0%}  {each.title}: {each.because}{answer}", other=each.id)
    for one in unseen:
        at = Address("opportunity", "different_because")
        yield Line(f"{one.strength:.0%}  {one.told} ({one.because})", at=at)
    for link in said.values():
        yield Line(f"{link.other_title}  [{link.relation.label}: {link.because}]", other=link.other_id)


def _close_date(walk: Walk, record: Record, width: int) -> Iterator[Line]:
    checked = walk.checked(record)
    at = Address("opportunity", "close_on")
    found = [point for point in checked.findings if point.requirement in ("A10", "E6", "M3")]
    if checked.curve is None and not found:
        return
    yield _head(T("Close date beside deals that were won"))
    if checked.curve is not None:
        curve = checked.curve
        yield Line(strip(curve, width), at=at)
        yield Line(_("[ ] usual: {low} to {high} days, half after {median}", **_days(curve)))
        if curve.proposed is not None:
            yield Line(_("| this deal: {days} days", days=curve.proposed))
        yield Line(str(curve.basis))
    yield from (Line(sentences(point.message, point.remedy), at=point.at) for point in found)


def _days(curve: Any) -> dict[str, int]:
    return {"low": curve.low, "high": curve.high, "median": curve.median}


def _amount(walk: Walk, record: Record) -> Iterator[Line]:
    checked = walk.checked(record)
    found = [point for point in checked.findings if point.requirement in ("A11", "E7", "Z4")]
    usual = checked.usual
    if usual is None and not found:
        return
    yield _head(T("Amount beside deals that were won"))
    if usual is not None:
        numbers = {"low": plain(usual.low), "high": plain(usual.high), "middle": plain(usual.middle)}
        yield Line(_("usual: {low} to {high} {currency}, half above {middle}", currency=usual.currency, **numbers))
        yield Line(str(usual.basis))
    yield from (Line(sentences(point.message, point.remedy), at=point.at) for point in found)


def _mistakes(found: list[Mistake]) -> Iterator[Line]:
    for mistake in found:
        yield Line(f"{mistake.code} {mistake.coach.title}", head=True)
        yield Line(_("Why it happens: {text}", text=mistake.coach.why))
        yield Line(_("What it costs: {text}", text=mistake.coach.cost))
        yield Line(_("What to do: {text}", text=mistake.coach.fix), at=mistake.action.at)
        for point in mistake.evidence[:4]:
            yield Line(f"- {point.message}", at=point.at)


def _playbook(walk: Walk, record: Record) -> Iterator[Line]:
    """That the playbook has changed since the record's gates were last passed; nothing where it has not."""
    judged, current = record.opportunity.playbook_version, walk.playbook.version
    if judged and judged != current:
        yield _head(T("The playbook has changed since"))
        yield Line(
            _("It was judged by {judged}; all that is said here is by {current}.", judged=judged, current=current)
        )


_BESIDE = (
    "account.dba",
    "account.legal_name",
    "name",
    "owner",
    "close_on",
    "decision_maker_id",
    "business_problem",
    "compelling_event",
    "next_step",
)
"""The answers by which a person tells two deals apart."""


def beside(walk: Walk, mine: Record, other: Record) -> list[tuple[str, str, str]]:
    """Two records side by side: what it is, what this one says of it, what the other one says."""
    both = (mine, other)
    said: dict[str, list[str]] = {
        str(T("Status")): [str(one.opportunity.status.label) for one in both],
        str(T("Begun on")): [one.opportunity.created_at.date().isoformat() for one in both],
        str(T("Amount")): [_worth(walk, one) for one in both],
        str(T("Line items")): [_sold(one) for one in both],
    }
    for path in _BESIDE:
        spec, at = FIELDS[path], address(path)
        said[str(spec.ask.label)] = [show(spec, one.value(at), one, walk.playbook) for one in both]
    return [(label, texts[0], texts[1]) for label, texts in said.items() if any(texts)]


def _worth(walk: Walk, record: Record) -> str:
    amount = walk.sized(record).amount(walk.playbook.sizing.metric)
    return f"{plain(amount)} {record.currency}" if amount and record.currency else ""


def _sold(record: Record) -> str:
    return ", ".join(f"{plain(line.quantity or ZERO)} × {line.sku or line.product or '?'}" for line in record.lines)


def judgement_json(walk: Walk, record: Record) -> dict[str, Any]:
    """The same for a program."""
    checked, score = walk.checked(record), walk.score(record)
    curve, usual = checked.curve, checked.usual
    return {
        "playbook": {"judged_by": record.opportunity.playbook_version, "current": walk.playbook.version},
        "score": {
            "total": score.total,
            "low": score.is_low,
            "parts": [{"area": p.area.value, "points": round(float(p.points), 3), "most": p.most} for p in score.parts],
            "gains": [
                {"points": round(float(g.points), 3), "what": str(g.what), "path": walk.spoken(record, g.at)}
                for g in score.gains
            ],
        },
        "duplicates": [candidate_json(each, record) for each in checked.candidates],
        "unseen_duplicates": [unseen_json(each) for each in checked.unseen],
        "close_date": curve
        and {
            "low": curve.low,
            "median": curve.median,
            "high": curve.high,
            "proposed": curve.proposed,
            "basis": str(curve.basis),
        },
        "amount": usual
        and {
            "low": plain(usual.low).replace(",", ""),
            "middle": plain(usual.middle).replace(",", ""),
            "high": plain(usual.high).replace(",", ""),
            "currency": usual.currency,
            "basis": str(usual.basis),
        },
        "mistakes": [
            {
                "code": each.code,
                "title": each.coach.title,
                "why": each.coach.why,
                "cost": each.coach.cost,
                "fix": each.coach.fix,
                "path": walk.spoken(record, each.action.at),
                "evidence": [str(point.message) for point in each.evidence],
            }
            for each in walk.mistakes(record)
        ],
    }


def unseen_json(each: Unseen) -> dict[str, Any]:
    """What a team's store tells of a record that may be the same deal and may not be looked at."""
    return {
        "account": each.account,
        "owner": each.owner,
        "strength": round(each.strength, 3),
        "reasons": [str(reason) for reason in each.reasons],
    }


def candidate_json(each: Candidate, record: Record) -> dict[str, Any]:
    """A record that may be the same deal."""
    link = next((link for link in record.links if link.other_id == each.id), None)
    return {
        "id": str(each.id),
        "title": each.title,
        "strength": round(each.strength, 3),
        "agrees": each.agrees,
        "reasons": [str(reason) for reason in each.reasons],
        "said": link and {"relation": link.relation.value, "because": link.because, "author": link.author},
    }
