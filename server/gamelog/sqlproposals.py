"""Proposals, their stills and labels as rows. Functions over a connection of `SqlLog`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, update
from sqlalchemy import select as sa_select
from sqlalchemy.engine import Connection
from sqlmodel import col, select

from server.gamelog.log import Conflict
from server.gamelog.proposal import MOST_STILLS, Changes, Glimpse, Label, Proposal, Settled
from server.gamelog.tables import GameRow, LabelRow, ProposalRow, StillRow, WatchRow

_COLUMNS = (
    *("proposal_id", "camera", "type", "value", "made", "score", "at_s", "start_s", "end_s"),
    *("parent", "opened", "status", "call_id", "seq", "answered_by"),
)
_DETAILS = (
    *("sighting", "of", "three", "home", "offensive", "players", "ask", "period", "clock_ms"),
    *("boxes", "size", "still", "others", "parent_seq"),
)


def stamp(at: datetime) -> str:
    """Wall time as it is stored: text of one length, which sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def change(connection: Connection, game_id: str, changes: Changes) -> None:
    """Write all of it; Conflict when a proposal is not as the writer thought."""
    if changes.adds is not None:
        _add(connection, game_id, changes.adds, changes.still)
    for settled in changes.settles:
        _settle(connection, game_id, settled)
    gone = [*changes.unlabels, *(label.label_id for label in changes.labels)]
    if gone:
        connection.execute(
            delete(LabelRow).where(
                col(LabelRow.game_id) == game_id, col(LabelRow.label_id).in_(gone)
            )
        )
    if changes.labels:
        connection.execute(insert(LabelRow), [_label_row(game_id, one) for one in changes.labels])


def _add(connection: Connection, game_id: str, proposal: Proposal, still: bytes | None) -> None:
    # The row of the game is the lock: one new proposal or one fact at a time.
    number = connection.execute(
        update(GameRow)
        .where(col(GameRow.game_id) == game_id)
        .values(proposal_count=col(GameRow.proposal_count) + 1)
        .returning(col(GameRow.proposal_count))
    ).scalar_one()
    connection.execute(insert(ProposalRow), _proposal_row(game_id, number, proposal))
    if still is not None:
        row = {"game_id": game_id, "proposal_id": proposal.proposal_id}
        connection.execute(insert(StillRow), {**row, "number": number, "jpeg": still})
        connection.execute(
            delete(StillRow).where(
                col(StillRow.game_id) == game_id, col(StillRow.number) <= number - MOST_STILLS
            )
        )


def _settle(connection: Connection, game_id: str, settled: Settled) -> None:
    row = _proposal_row(game_id, 0, settled.proposal)
    for fixed in ("game_id", "proposal_id", "number", "created_at"):
        del row[fixed]
    changed = connection.execute(
        update(ProposalRow)
        .where(
            col(ProposalRow.game_id) == game_id,
            col(ProposalRow.proposal_id) == settled.proposal.proposal_id,
            col(ProposalRow.status) == settled.was,
        )
        .values(row)
    )
    if changed.rowcount != 1:
        raise Conflict(f"proposal {settled.proposal.proposal_id} is answered")


def _proposal_row(game_id: str, number: int, proposal: Proposal) -> dict[str, Any]:
    document = asdict(proposal)
    answered = proposal.answered_at
    return {
        **{name: document[name] for name in _COLUMNS},
        "game_id": game_id,
        "number": number,
        "created_at": stamp(proposal.created_at),
        "happened_at": stamp(proposal.happened_at),
        "details": _text({name: document[name] for name in _DETAILS}),
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
