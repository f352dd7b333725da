"""Commands for deals that change hands: write a packet, open one, answer it, and count them (H1-H4)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, Kind, argument, command, option
from oppwizard.cli.session import opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from uuid import UUID

    from oppwizard.data.handoffs import PacketLine
    from oppwizard.handoff.receiving import Decisions, Incoming
    from oppwizard.handoff.sending import Packed, Progress
    from oppwizard.model.record import Record
    from oppwizard.process.handing import Preparation
    from oppwizard.walk import Walk

_REFUSED = 1


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, T("Hand a deal over: show what is missing, tick points, and with --to write the packet."))(handoff)
    command(app, T("Open a packet or receipt: show what is in it, take it in, accept or return it."))(receive)
    command(app, T("List packets with what became of them, counted per person and reason."))(handoffs)


def handoff(
    ctx: typer.Context,
    record_id: Annotated[
        str, argument(T("The record; none for a territory, which is all of a rep's open records."), "[ID]")
    ] = "",
    kind: Annotated[Kind, option(T("From whom to whom it goes."), "--kind")] = Kind.SDR_AE,
    to: Annotated[str, option(T("Who receives it; without it nothing is written."), "--to", metavar="NAME")] = "",
    out: Annotated[Path | None, option(T("The packet's file."), "--out", metavar="FILE")] = None,
    owner: Annotated[
        str | None, option(T("Whose records a territory is; yours without it."), "--owner", metavar="NAME")
    ] = None,
    find: Annotated[str, option(T("Of a territory only records with these words."), "--find", metavar="TEXT")] = "",
    tick: Annotated[
        list[str] | None, option(T("A point of the protocol that is done; may be given again."), "--tick")
    ] = None,
    untick: Annotated[list[str] | None, option(T("A point that is not done after all."), "--untick")] = None,
    because: Annotated[str, option(T("Why it goes although something is missing."), "--because", metavar="WHY")] = "",
    comment: Annotated[str, option(T("A word to the receiver."), "--comment", metavar="TEXT")] = "",
    sign: Annotated[bool, option(T("Sign it with your key, which is made on first use."), "--sign")] = False,
    as_json: AsJson = False,
) -> None:
    """Prepare or write a packet."""
    from oppwizard.handoff.keys import Keys
    from oppwizard.handoff.sending import Order, default_name, pack
    from oppwizard.model.enums import HandoffKind

    chosen = HandoffKind(kind.value)
    with opened(ctx) as walk:
        ids = _chosen(walk, record_id, chosen, owner, find)
        for one in ids:
            _ticked(walk, one, chosen, tick or (), untick or ())
        if not to:
            _tell_prepared(walk, ids, chosen, as_json=as_json)
            return
        first = [walk.load(one) for one in ids[:1]]
        path = out or Path(default_name(walk, chosen, first))
        signer = Keys(walk.context.folder).signer() if sign else None
        with records_bar(as_json=as_json) as progress:
            packed = pack(walk, ids, Order(chosen, to, because, comment), path, signer, progress)
    _tell_packed(packed, as_json=as_json)


def _chosen(walk: "Walk", record_id: str, kind: Any, owner: str | None, find: str) -> "list[UUID]":
    from oppwizard.handoff.sending import territory
    from oppwizard.model.enums import HandoffKind

    if record_id:
        return [walk.store.find(record_id)]
    if kind is not HandoffKind.TERRITORY:
        raise typer.BadParameter(_("name the record that is handed over"))
    return territory(walk, owner or walk.context.user, find)


def _ticked(walk: "Walk", record_id: "UUID", kind: Any, done: Any, undone: Any) -> None:
    record = walk.load(record_id)
    for key in done:
        walk.save(walk.tick(record, kind, key))
    for key in undone:
        walk.save(walk.tick(record, kind, key, done=False))


def _tell_prepared(walk: "Walk", ids: "list[UUID]", kind: Any, *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, say
    from oppwizard.handoff.telling import headline, preparation

    records = [walk.load(one) for one in ids]
    made = [(record, walk.prepare(record, kind)) for record in records]
    if as_json:
        emit([_prepared_json(walk, record, one) for record, one in made])
        return
    for record, one in made:
        say(headline(record, one))
        for line in preparation(walk, record, one):
            key = f"  --tick {line.tick}" if line.tick and line.text.startswith("[ ]") else ""
            say(f"  {'' if line.head else '  '}{line.text}{key}")


def _prepared_json(walk: "Walk", record: "Record", made: "Preparation") -> dict[str, Any]:
    return {
        "id": str(record.id),
        "kind": made.kind.value,
        "complete": made.complete,
        "passed": [
            {"what": str(one.passed.label), "missing": [walk.spoken(record, at) for at in one.missing]}
            for one in made.given
        ],
        "points": [
            {
                "key": one.point.key,
                "what": str(one.point.label),
                "done": one.done,
                "who": one.who,
                "at": one.at.isoformat() if one.at else None,
                "receiver": one.point.receiver,
            }
            for one in made.points
        ],
        "mistakes": [
            {"code": one.code, "path": walk.spoken(record, one.at), "message": str(one.message)}
            for one in made.mistakes
        ],
        "open": [str(text) for text in made.open],
    }


def _tell_packed(packed: "Packed", *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, tell

    if as_json:
        emit(_packed_json(packed))
        return
    tell(
        _(
            "Written: {path}. Records: {count}; {complete} % complete.",
            path=packed.path,
            count=packed.records,
            complete=packed.complete,
        )
    )


def _packed_json(packed: "Packed") -> dict[str, Any]:
    return {
        "path": str(packed.path),
        "packet": str(packed.packet),
        "records": packed.records,
        "complete": packed.complete,
        "size": packed.size,
    }


@contextmanager
def records_bar(*, as_json: bool) -> "Iterator[Progress]":
    """A bar on stderr, where that is a terminal."""
    from oppwizard.handoff.sending import unseen

    if as_json or not sys.stderr.isatty():
        yield unseen
        return
    with typer.progressbar(length=1, label=_("Records"), file=sys.stderr) as bar:

        def told(done: int, of: int) -> None:
            bar.length = max(1, of)
            bar.update(done - bar.pos)

        yield told


# Receiving


def receive(
    ctx: typer.Context,
    path: Annotated[Path, argument(T("The packet, or the receipt that came back."), "FILE")],
    look: Annotated[bool, option(T("Show what is in it, take nothing."), "--look")] = False,
    mine: Annotated[bool, option(T("Where both sides changed something, keep yours."), "--mine")] = False,
    theirs: Annotated[bool, option(T("Where both sides changed something, take theirs."), "--theirs")] = False,
    decide: Annotated[
        list[str] | None,
        option(
            T("Whose a field is to be that both sides changed; may be given again."), "--decide", metavar="FIELD=SIDE"
        ),
    ] = None,
    trust: Annotated[bool, option(T("Trust the key that signed it from now on."), "--trust")] = False,
    accept: Annotated[bool, option(T("Accept it: it is complete enough to work with."), "--accept")] = False,
    returned: Annotated[
        str, option(T("Return it for a reason of the playbook's list."), "--return", metavar="REASON")
    ] = "",
    rating: Annotated[int | None, option(T("What it was worth, 1 to 5."), "--rating", min=1, max=5)] = None,
    comment: Annotated[str, option(T("A word to the sender."), "--comment", metavar="TEXT")] = "",
    receipt: Annotated[Path | None, option(T("The receipt's file."), "--receipt", metavar="FILE")] = None,
    sign: Annotated[bool, option(T("Sign the receipt with your key."), "--sign")] = False,
    as_json: AsJson = False,
) -> None:
    """Open a packet or a receipt."""
    from oppwizard.cli.deciding import asked_answer
    from oppwizard.handoff.receipts import is_receipt

    if mine and theirs:
        raise typer.BadParameter(_("say --mine or --theirs, not both"))
    if accept and returned:
        raise typer.BadParameter(_("say --accept or --return, not both"))
    if (accept or returned) and rating is None:
        raise typer.BadParameter(_("say with --rating what the packet was worth, 1 to 5"))
    with opened(ctx) as walk:
        if is_receipt(path):
            _entered(walk, path, trust=trust, as_json=as_json)
            return
        sides = mine, theirs, decide or []
        packet = _taken(walk, path, look_only=look, sides=sides, trust=trust, as_json=as_json)
        said = (returned, rating or 0, comment) if accept or returned else None
        if said is None and not look and not as_json:
            said = asked_answer(walk, packet)
        if said is not None and not look:
            place = receipt or path.with_name(f"{path.stem}.receipt.json")
            _answered(walk, packet, said, place, sign=sign, as_json=as_json)


def _entered(walk: "Walk", path: Path, *, trust: bool, as_json: bool) -> None:
    from oppwizard.cli.output import emit, tell
    from oppwizard.handoff.receipts import enter, read_receipt
    from oppwizard.walk.timeline import reason_label

    found = read_receipt(path)
    _trusted(walk, found.signed_by, found.body.who, trust=trust)
    count = enter(walk, found)
    if as_json:
        emit({"packet": str(found.cover.packet), "state": found.body.state.value, "records": count})
        return
    reason = f": {reason_label(walk, found.body.reason)}" if found.body.reason else ""
    tell(_("The answer of {who}: {state}{reason}", who=found.body.who, state=found.body.state.label, reason=reason))


def _trusted(walk: "Walk", key: str | None, name: str, *, trust: bool) -> None:
    """Let a person decide, once, whether a key is trusted.

    Raises:
        Refused: it is not, or nobody is there to be asked.
    """
    from oppwizard.errors import Refused
    from oppwizard.handoff.keys import Keys, fingerprint
    from oppwizard.model.base import utc_now

    if key is None:
        return
    keys, public = Keys(walk.context.folder), bytes.fromhex(key)
    shown = fingerprint(public)
    known = keys.decision(public)
    if known is not None and (known.allowed or not trust):
        if not known.allowed:
            raise Refused(T("Its key is not trusted here: {key}", key=shown), T("To trust it after all: --trust"))
        return
    if not trust and sys.stdin.isatty():
        import questionary

        said = questionary.confirm(_("Signed by {name} with a new key, {key}. Trust it?", name=name, key=shown)).ask()
        if said is None:
            raise typer.Abort
        trust = said
        if not trust:
            keys.decide(public, False, name, utc_now())
    if not trust:
        raise Refused(
            T("It is signed with a key that is not known here: {key}", key=shown),
            T("Compare it with the sender, by telephone for example; then: --trust"),
        )
    keys.decide(public, True, name, utc_now())


def _taken(
    walk: "Walk", path: Path, *, look_only: bool, sides: tuple[bool, bool, list[str]], trust: bool, as_json: bool
) -> "UUID":
    from oppwizard.cli.output import emit, say, tell
    from oppwizard.handoff.receiving import look
    from oppwizard.handoff.telling import packet

    with records_bar(as_json=as_json) as progress:
        incoming = look(walk, path, progress)
    with incoming:
        _trusted(walk, incoming.signed_by, incoming.cover.sender, trust=trust)
        if not as_json:
            for line in packet(incoming):
                say(f"{'' if line.head else '  '}{line.text}")
        if not look_only:
            incoming.take(_decided(walk, incoming, *sides))
        if as_json:
            emit(_incoming_json(incoming, taken=not look_only))
        elif not look_only:
            tell(_("Received. Records: {count}.", count=len(incoming.ids)))
        return incoming.cover.packet


def _decided(walk: "Walk", incoming: "Incoming", mine: bool, theirs: bool, named: list[str]) -> "Decisions":
    """What is said on the command line, or else asked of a person."""
    from oppwizard.cli.deciding import decided

    return decided(walk, incoming, "mine" if mine else "theirs" if theirs else None, named)


def _incoming_json(incoming: "Incoming", *, taken: bool) -> dict[str, Any]:
    cover = incoming.cover
    return {
        **cover.as_facts(),
        "signed_by": incoming.signed_by,
        "taken": taken,
        "records": [
            {
                "id": str(news.id),
                "title": news.title,
                "is_new": news.is_new,
                "erased": news.erased,
                "stage": news.stage,
                "differences": [
                    {
                        "field": str(one.at),
                        "label": str(one.what),
                        "mine": one.mine,
                        "theirs": one.theirs,
                        "changed_by": one.who.value,
                        "who": one.by,
                        "when": one.when.isoformat() if one.when else None,
                    }
                    for one in news.differences
                ],
            }
            for news in incoming.news
        ],
    }


def _answered(
    walk: "Walk", packet: "UUID", said: tuple[str, int, str], place: Path, *, sign: bool, as_json: bool
) -> None:
    from oppwizard.cli.output import tell
    from oppwizard.handoff.keys import Keys
    from oppwizard.handoff.receipts import Answer, answer
    from oppwizard.model.enums import HandoffState

    returned, rating, comment = said
    state = HandoffState.RETURNED if returned else HandoffState.ACCEPTED
    signer = Keys(walk.context.folder).signer() if sign else None
    answer(walk, packet, Answer(state, rating, returned, comment), place, signer)
    if not as_json:
        tell(_("{state}. The receipt to send back: {path}", state=state.label, path=place))


# Counting


def handoffs(
    ctx: typer.Context,
    who: Annotated[str | None, option(T("Only packets that this person sent or received."), "--who")] = None,
    limit: Annotated[int, option(T("At most so many packets; 50 without it."), "--limit", min=1, max=1_000_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List and count packets."""
    from dataclasses import asdict

    from oppwizard.cli.output import emit, print_table, say, tell
    from oppwizard.handoff.counting import counted
    from oppwizard.handoff.telling import cells

    with opened(ctx) as walk:
        found = [line for line in walk.store.packets() if who is None or who in (line.sender, line.receiver)]
        counts = counted(found, walk.playbook)
    if as_json:
        emit({"packets": [_line_json(line) for line in found[:limit]], "counts": [asdict(one) for one in counts]})
        return
    if not found:
        tell(_("No packet was sent or received yet."))
        return
    print_table([cells(line) for line in found[:limit]])
    for one in counts:
        say(one.told())


def _line_json(line: "PacketLine") -> dict[str, Any]:
    return {
        "packet": str(line.packet),
        "kind": line.kind.value,
        "state": line.state.value,
        "sender": line.sender,
        "receiver": line.receiver,
        "title": line.title,
        "records": line.records,
        "at": {state.value: at.isoformat() for state, at in line.at.items()},
        "reason": {state.value: text for state, text in line.reason.items()},
        "rating": line.rating,
        "complete": line.complete,
    }
