"""One game that is watched in this process: its state, its latest updates, its viewers.

Only the event loop touches a room and every change is made without waiting, so a viewer who
joins between two changes sees each of them once.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from server.live.mailbox import Mailbox, Message, Why
from server.live.redis import dumps
from server.updates import Json, Sections, Update

T = TypeVar("T")

RING = 500
RECENT_PROPOSALS = 20
Applied = Literal["ok", "old", "gap", "epoch"]
# (game, sections, hide) -> the sections with names put in.
Dress = Callable[[str, Sections, bool], Awaitable[Json]]


class Delta:
    """One update as it waits for viewers; names are put in when the first of them needs it."""

    def __init__(self, update: Update, dress: Dress) -> None:
        self.update = update
        self.key = f"update:{update.seq}"
        self._dress = dress
        self._texts: dict[bool, asyncio.Task[str]] = {}

    @property
    def first(self) -> int:
        return self.update.seq - len(self.update.entries) + 1

    def undress(self) -> None:
        """Names have changed: ask for them again."""
        self._texts.clear()

    async def message(self, hide: bool) -> Message:
        text = await _once(self._texts, hide, self._text)
        return Message("update", text, self.update.epoch, self.update.seq)

    async def _text(self, hide: bool) -> str:
        update = self.update
        # Entries can hold what somebody wrote, which is dressed like a name.
        said = {**update.sections, "entries": list(update.entries)}
        state = await self._dress(update.game_id, said, hide)
        entries = state.pop("entries")
        place = {"epoch": update.epoch, "seq": update.seq}
        return dumps({"type": "update", **place, "entries": entries, "state": state})


class Say:
    """A message without a sequence. KeyError or TypeError when it lacks what it must have."""

    def __init__(self, message: Mapping[str, Any]) -> None:
        self.content = message
        self.key = say_key(message)
        self._text = dumps(message)

    async def message(self, hide: bool) -> Message:
        return Message("say", self._text)


def say_key(message: Mapping[str, Any]) -> str:
    """What a later message of the same key replaces."""
    match message["type"]:
        case "proposal":
            return f"proposal:{message['proposal']['id']}"
        case "camera" | "tracks" | "flags" as kind:
            return f"{kind}:{message['camera']}"
        case kind:
            return str(kind)


class Room:
    """State of one watched game. `load` comes first; `apply` and `say` then keep it current."""

    def __init__(self, game_id: str, dress: Dress) -> None:
        self.game_id = game_id
        self.epoch = ""
        self.seq = -1
        self.sections: dict[str, Any] = {}
        self.viewers: set[Mailbox] = set()
        self._renewals = 0
        self._dress = dress
        self._ring: deque[Delta] = deque(maxlen=RING)
        self._last: dict[str, Say] = {}
        self._proposals: OrderedDict[str, Say] = OrderedDict()
        self._snapshots: dict[bool, asyncio.Task[Message]] = {}

    # Changes

    def load(self, epoch: str, seq: int, sections: Sections, tail: Iterable[Update]) -> None:
        """Start, or start again, from the log's state; `tail` is how it came there, if known."""
        self.epoch, self.seq, self.sections = epoch, seq, dict(sections)
        self._ring.clear()
        for update in tail:
            if update.epoch == epoch and update.seq <= seq:
                self._remember(Delta(update, self._dress))
        if self._ring and self._ring[-1].update.seq != seq:
            self._ring.clear()
        self._renew_all()

    def apply(self, update: Update) -> Applied:
        """Take the next update; what is known is passed over, a hole is only reported."""
        if update.epoch != self.epoch:
            return "epoch"
        if update.seq <= self.seq:
            return "old"
        first = update.seq - len(update.entries) + 1
        if first > self.seq + 1:
            return "gap"
        if first <= self.seq:
            fresh = tuple(entry for entry in update.entries if entry["seq"] > self.seq)
            update = Update(self.game_id, update.epoch, update.seq, fresh, update.sections)
        delta = Delta(update, self._dress)
        self.sections.update(update.sections)
        self.seq = update.seq
        self._remember(delta)
        self._changed()
        for viewer in self.viewers:
            viewer.put(delta)
        return "ok"

    def say(self, say: Say) -> None:
        """Pass on a message without a sequence and keep the latest for snapshots."""
        if say.content["type"] == "roster":
            self.undress()
            return
        self._keep(say)
        self._changed()
        for viewer in self.viewers:
            viewer.put(say)

    def recall(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Messages that were said before this room was there; they replace nothing newer."""
        for message in messages:
            if say_key(message) not in self._last:
                self._keep(Say(message))
        self._changed()

    def correct(self, sections: Sections) -> None:
        """Take over sections that differ though the sequence is the same (lost messages)."""
        if any(_differ(self.sections.get(name), value) for name, value in sections.items()):
            self.sections.update(sections)
            self._renew_all()

    def undress(self) -> None:
        """Names have changed: everybody gets a snapshot with the new ones."""
        for delta in self._ring:
            delta.undress()
        self._renew_all()

    def end(self, why: Why) -> None:
        """Close every mailbox."""
        for viewer in list(self.viewers):
            viewer.end(why)

    # Viewers

    def could_resume(self, since: tuple[str, int]) -> bool:
        """Would the log's entries after `since` (epoch, seq) spare the viewer a snapshot?"""
        behind = self.seq - since[1]
        return since[0] == self.epoch and 0 < behind <= RING and self._missed(since) is None

    def join(
        self,
        since: tuple[str, int] | None,
        past: Sequence[Json] = (),
        *,
        hide: bool,
        capacity: int,
    ) -> Mailbox:
        """A mailbox that begins behind `since` (epoch, seq), or with a snapshot.

        past: entries after `since` from the log, for when `could_resume` asked for them.
        """
        mailbox = Mailbox(self.snapshot, self._leave, hide=hide, capacity=capacity)
        missed = self._missed(since)
        if missed is None and since is not None:
            missed = self._from_log(since, past)
        if missed is None or len(missed) > capacity // 2:
            mailbox.renew()
        else:
            for delta in missed:
                mailbox.put(delta)
            for say in [*self._proposals.values(), *self._last.values()]:
                mailbox.put(say)
        self.viewers.add(mailbox)
        return mailbox

    @property
    def all_renewals(self) -> int:
        """Snapshots in place of a queue, of those who are here and those who have left."""
        return self._renewals + sum(viewer.skipped for viewer in self.viewers)

    async def snapshot(self, hide: bool) -> Message:
        """The whole state as it is now; made once for all who ask at the same state."""
        # The copy is taken here, before anything is waited for.
        epoch, seq, sections = self.epoch, self.seq, self._whole()
        return await _once(
            self._snapshots, hide, lambda hide: self._snapshot(epoch, seq, sections, hide)
        )

    async def _snapshot(self, epoch: str, seq: int, sections: Sections, hide: bool) -> Message:
        state = await self._dress(self.game_id, sections, hide)
        body = {"type": "snapshot", "epoch": epoch, "seq": seq, "state": state}
        return Message("snapshot", dumps(body), epoch, seq)

    def _whole(self) -> dict[str, Any]:
        whole = dict(self.sections)
        whole["camera"] = {}
        whole["tracks"] = {}
        whole["witness"] = {}
        for say in self._last.values():
            content = {k: v for k, v in say.content.items() if k != "type"}
            kind = say.content["type"]
            if kind == "camera":
                whole["camera"][content.pop("camera")] = content
            elif kind == "tracks":
                whole["tracks"][content["camera"]] = content
            elif kind == "flags":
                whole["witness"][content["camera"]] = content["flags"]
            elif len(content) == 1:
                whole[kind] = next(iter(content.values()))
        return whole

    def _missed(self, since: tuple[str, int] | None) -> list[Delta] | None:
        if since is None or since[0] != self.epoch or since[1] > self.seq:
            return None
        missed = [delta for delta in self._ring if delta.update.seq > since[1]]
        expected = missed[0].first - 1 if missed else self.seq
        return missed if expected == since[1] else None

    def _from_log(self, since: tuple[str, int], past: Sequence[Json]) -> list[Delta] | None:
        """One update from `since` to now, with all sections."""
        entries = tuple(entry for entry in past if since[1] < entry["seq"] <= self.seq)
        if since[0] != self.epoch or not entries or len(entries) != self.seq - since[1]:
            return None
        update = Update(self.game_id, self.epoch, self.seq, entries, dict(self.sections))
        return [Delta(update, self._dress)]

    def _leave(self, mailbox: Mailbox) -> None:
        if mailbox in self.viewers:
            self.viewers.remove(mailbox)
            self._renewals += mailbox.skipped

    # Inside

    def _remember(self, delta: Delta) -> None:
        if self._ring and self._ring[-1].update.seq + 1 != delta.first:
            self._ring.clear()
        self._ring.append(delta)

    def _keep(self, say: Say) -> None:
        kind = say.content["type"]
        if kind == "proposal":
            self._keep_proposal(say)
            return
        self._last[say.key] = say
        if kind == "camera" and say.content.get("status") != "live":
            self._last.pop(f"tracks:{say.content['camera']}", None)

    def _keep_proposal(self, say: Say) -> None:
        proposal = say.content["proposal"]
        waiting = [p for p in self.sections.get("proposals", ()) if p["id"] != proposal["id"]]
        if proposal.get("status") == "waiting":
            waiting.append(proposal)
        self.sections["proposals"] = waiting
        self._proposals.pop(say.key, None)
        self._proposals[say.key] = say
        if len(self._proposals) > RECENT_PROPOSALS:
            self._proposals.popitem(last=False)

    def _changed(self) -> None:
        self._snapshots.clear()

    def _renew_all(self) -> None:
        self._changed()
        for viewer in self.viewers:
            viewer.renew()


def _differ(a: object, b: object) -> bool:
    """As viewers see it: a list that was a tuple before it went through Redis is no change."""
    return a != b and dumps(a) != dumps(b)


async def _once(
    made: dict[bool, asyncio.Task[T]], hide: bool, make: Callable[[bool], Coroutine[Any, Any, T]]
) -> T:
    """One making for all who ask; a viewer who gives up does not take it from the others."""
    task = made.get(hide)
    if task is None or (task.done() and (task.cancelled() or task.exception())):
        task = made[hide] = asyncio.create_task(make(hide))
    # Most who ask come when it is made; a shield for each of a thousand viewers costs.
    return task.result() if task.done() else await asyncio.shield(task)
