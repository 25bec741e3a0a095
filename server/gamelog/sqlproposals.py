"""Proposals, their stills and labels as rows. Functions over a connection of `SqlLog`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, update
from sqlalchemy import select as sa_select
from sqlalchemy.engine import Connection
from sqlmodel import col, select

from server.gamelog.log import Conflict
from server.gamelog.proposal import MOST_STILLS, Changes, Glimpse, Label, Proposal, Settled
from server.gamelog.tables import GameRow, LabelRow, ProposalRow, StillRow, WatchRow

_COLUMNS = (
    *("camera", "type", "value", "made", "score", "at_s", "start_s", "end_s"),
    *("parent", "opened", "status", "call_id", "seq", "answered_by"),
)
_CHANGED = ("happened_at", "details", "answered_at")
_DETAILS = (
    *("sighting", "of", "three", "home", "offensive", "players", "ask", "period", "clock_ms"),
    *("boxes", "size", "still", "others", "parent_seq"),
)


# Built once: building a statement costs more than running it.
_COUNT = (
    update(GameRow)
    .where(
        col(GameRow.game_id) == bindparam("game"),
        or_(col(GameRow.proposal_count) == bindparam("seen"), bindparam("seen").is_(None)),
    )
    .values(proposal_count=col(GameRow.proposal_count) + 1)
    .returning(col(GameRow.proposal_count))
)
# Where rows can be locked, the row of the game is: a proposal must not slip in meanwhile.
_LOCKED_COUNT = (
    select(GameRow.proposal_count)
    .where(col(GameRow.game_id) == bindparam("game"))
    .with_for_update(key_share=True)
)
_PROPOSE = insert(ProposalRow)
_SETTLE = (
    update(ProposalRow)
    .where(
        col(ProposalRow.game_id) == bindparam("game"),
        col(ProposalRow.proposal_id) == bindparam("id"),
        col(ProposalRow.status) == bindparam("was"),
    )
    .values({name: bindparam(name) for name in (*_COLUMNS, *_CHANGED)})
)
_STILL = insert(StillRow)
_FIRST_KEPT = (
    sa_select(col(StillRow.number))
    .where(col(StillRow.game_id) == bindparam("game"))
    .order_by(col(StillRow.number).desc())
    .offset(bindparam("most"))
    .limit(1)
    .scalar_subquery()
)
_OLD_STILLS = delete(StillRow).where(
    col(StillRow.game_id) == bindparam("game"), col(StillRow.number) <= _FIRST_KEPT
)
_LABEL = insert(LabelRow)
_UNLABEL = delete(LabelRow).where(
    col(LabelRow.game_id) == bindparam("game"), col(LabelRow.label_id) == bindparam("label")
)


def stamp(at: datetime) -> str:
    """Wall time as it is stored: text of one length, which sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def change(connection: Connection, game_id: str, changes: Changes) -> None:
    """Write all of it; Conflict when a proposal is not as the writer thought."""
    if changes.adds is not None or changes.settles:
        # The row of the game is the lock: one change, or one fact that may meet it, at a time.
        counted = connection.execute(_COUNT, {"game": game_id, "seen": changes.seen}).first()
        if counted is None:
            raise Conflict("another proposal arrived or was answered")
        if changes.adds is not None:
            _add(connection, game_id, counted.proposal_count, changes.adds, changes.still)
        for settled in changes.settles:
            _settle(connection, game_id, settled)
    elif changes.seen not in (None, _locked_count(connection, game_id, changes)):
        raise Conflict("another proposal arrived or was answered")
    gone = [*changes.unlabels, *(label.label_id for label in changes.labels)]
    if gone:
        connection.execute(_UNLABEL, [{"game": game_id, "label": label_id} for label_id in gone])
    if changes.labels:
        connection.execute(_LABEL, [_label_row(game_id, one) for one in changes.labels])


def _locked_count(connection: Connection, game_id: str, changes: Changes) -> int | None:
    """The changes so far, where the writer cares; nobody else makes one until it is done."""
    if changes.seen is None:
        return None
    return int(connection.execute(_LOCKED_COUNT, {"game": game_id}).scalar_one())


def _add(
    connection: Connection, game_id: str, number: int, proposal: Proposal, still: bytes | None
) -> None:
    place = {"game_id": game_id, "proposal_id": proposal.proposal_id, "number": number}
    made = {"created_at": stamp(proposal.created_at)}
    connection.execute(_PROPOSE, {**_proposal_row(proposal), **place, **made})
    if still is not None:
        connection.execute(_STILL, {**place, "jpeg": still})
        connection.execute(_OLD_STILLS, {"game": game_id, "most": MOST_STILLS})


def _settle(connection: Connection, game_id: str, settled: Settled) -> None:
    proposal = settled.proposal
    which = {"game": game_id, "id": proposal.proposal_id, "was": settled.was}
    if connection.execute(_SETTLE, {**_proposal_row(proposal), **which}).rowcount != 1:
        raise Conflict(f"proposal {proposal.proposal_id} is answered")


def _proposal_row(proposal: Proposal) -> dict[str, Any]:
    """What may change of it."""
    details = {name: getattr(proposal, name) for name in _DETAILS}
    details["others"] = [asdict(look) for look in proposal.others]
    answered = proposal.answered_at
    return {
        **{name: getattr(proposal, name) for name in _COLUMNS},
        "happened_at": stamp(proposal.happened_at),
        "details": _text(details),
        "answered_at": None if answered is None else stamp(answered),
    }


def proposals(
    connection: Connection,
    game_id: str,
    *,
    status: str | None = None,
    proposal_id: str | None = None,
    seqs: Iterable[int] | None = None,
    most: int | None = None,
) -> list[Proposal]:
    """Proposals of a game, oldest first; most: the newest only."""
    query = select(ProposalRow.__table__).where(  # type: ignore[attr-defined]
        col(ProposalRow.game_id) == game_id
    )
    if status is not None:
        query = query.where(col(ProposalRow.status) == status)
    if proposal_id is not None:
        query = query.where(col(ProposalRow.proposal_id) == proposal_id)
    if seqs is not None:
        query = query.where(col(ProposalRow.seq).in_(list(seqs)))
    query = query.order_by(col(ProposalRow.number).desc())
    if most is not None:
        query = query.limit(most)
    return [_proposal(row) for row in reversed(connection.execute(query).all())]


def _proposal(row: Any) -> Proposal:
    details = json.loads(row.details)
    players, boxes = details.pop("players", ()), details.pop("boxes", ())
    return Proposal(
        proposal_id=row.proposal_id,
        **{name: getattr(row, name) for name in _COLUMNS},
        **{
            **details,
            "size": tuple(details.get("size", (0, 0))),
            "others": tuple(Glimpse(**other) for other in details.get("others", ())),
        },
        players=tuple((player, chance) for player, chance in players),
        boxes=tuple((label, (x1, y1, x2, y2)) for label, (x1, y1, x2, y2) in boxes),
        created_at=datetime.fromisoformat(row.created_at),
        happened_at=datetime.fromisoformat(row.happened_at),
        answered_at=None if row.answered_at is None else datetime.fromisoformat(row.answered_at),
    )


def still(connection: Connection, game_id: str, proposal_id: str) -> bytes | None:
    """The picture of a proposal."""
    query = select(StillRow.jpeg).where(
        col(StillRow.game_id) == game_id, col(StillRow.proposal_id) == proposal_id
    )
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else bytes(found)


def erase(connection: Connection, game_id: str, tables: Iterable[type[Any]]) -> None:
    """Everything of a game in some tables."""
    for table in tables:
        connection.execute(delete(table).where(col(table.game_id) == game_id))


def labels(connection: Connection, game_id: str | None, most: int | None) -> list[Label]:
    """Labels, oldest first; most: the newest so many of each type."""
    newest_first = (col(LabelRow.at).desc(), col(LabelRow.label_id).desc())
    place = func.row_number().over(partition_by=col(LabelRow.type), order_by=newest_first)
    inner = sa_select(LabelRow.__table__, place.label("place"))  # type: ignore[attr-defined]
    if game_id is not None:
        inner = inner.where(col(LabelRow.game_id) == game_id)
    placed = inner.subquery()
    query = sa_select(placed).order_by(placed.c.at, placed.c.label_id)
    if most is not None:
        query = query.where(placed.c.place <= most)
    return [_label(row) for row in connection.execute(query)]


def _label_row(game_id: str, label: Label) -> dict[str, Any]:
    columns = ("label_id", "type", "outcome", "camera", "seq")
    details = ("said", "proposed", "corrected", "waited_s", "automatic")
    return {
        **{name: getattr(label, name) for name in columns},
        "game_id": game_id,
        "at": stamp(label.at),
        "details": _text({name: getattr(label, name) for name in details}),
    }


def _label(row: Any) -> Label:
    details = json.loads(row.details)
    changed = {name: (was, now) for name, (was, now) in details.pop("corrected").items()}
    return Label(
        label_id=row.label_id,
        type=row.type,
        outcome=row.outcome,
        at=datetime.fromisoformat(row.at),
        camera=row.camera,
        seq=row.seq,
        corrected=changed,
        **details,
    )


def watch(connection: Connection, game_id: str, camera: str, at: datetime) -> None:
    """Remember when a camera last looked."""
    mine = (col(WatchRow.game_id) == game_id, col(WatchRow.camera) == camera)
    connection.execute(delete(WatchRow).where(*mine))
    row = {"game_id": game_id, "camera": camera, "at": stamp(at)}
    connection.execute(insert(WatchRow), row)


def watched_at(connection: Connection, game_id: str) -> datetime | None:
    """When any camera last looked."""
    query = select(func.max(WatchRow.at)).where(col(WatchRow.game_id) == game_id)
    at = connection.execute(query).scalar_one_or_none()
    return None if at is None else datetime.fromisoformat(at)


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
