"""Who keeps which part of a game's score sheet, when several desks share it. Pure.

A desk takes the clock, the home side, the away side, or all of them. It has them while it is
heard of; another desk gets one by asking (the holder gives it, or does not answer) or after the
holder's silence. Nothing that is counted depends on this: it only says whose calls are meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

ROLES = ("clock", "home", "away")

# A desk that was not heard of for so long is silent: its roles can be taken.
SILENCE_MS = 12_000
# A holder who does not answer somebody that asks for so long has left the tablet lying there.
ANSWER_MS = 20_000
# Earlier holders that are remembered for the calls that they kept while they were offline.
FORMER = 8


@dataclass(frozen=True, slots=True)
class Held:
    """One role, held by `desk` from entry `seq` of the log on. Times in milliseconds of wall
    time.

    heard_ms: when the desk was last heard of. asked_by: the desk that asks for it, since
    `asked_ms`. former: who held it before, oldest first.
    """

    desk: str
    seq: int
    since_ms: int
    heard_ms: int
    asked_by: str | None = None
    asked_ms: int = 0
    former: tuple[str, ...] = ()

    def silent(self, now_ms: int) -> bool:
        """May anybody take it?"""
        return now_ms - self.heard_ms >= SILENCE_MS

    def unanswered(self, desk: str, now_ms: int) -> bool:
        """Did `desk` ask, and wait long enough for an answer?"""
        return self.asked_by == desk and now_ms - self.asked_ms >= ANSWER_MS


@dataclass(frozen=True, slots=True)
class DeskRoles:
    """The roles that are held, by name. A value: every change makes a new one."""

    held: Mapping[str, Held] = field(default_factory=dict)

    def heard(self, desk: str, now_ms: int) -> DeskRoles:
        """The desk is there: it keeps what it has."""
        return self._with(
            {
                role: replace(held, heard_ms=max(held.heard_ms, now_ms))
                for role, held in self.held.items()
                if held.desk == desk
            }
        )

    def claim(
        self, desk: str, roles: Collection[str], now_ms: int, seq: int, *, ask: bool
    ) -> DeskRoles:
        """Take what is free, silent or not answered for; ask for the rest.

        Without `ask` it is all of them or none. seq: the last entry of the log now.
        """
        free = {role for role in roles if self._may_take(role, desk, now_ms)}
        if not ask and len(free) < len(set(roles)):
            return self
        changed = {role: self._taken(role, desk, now_ms, seq) for role in free}
        for role in set(roles) - free:
            held = self.held[role]
            if held.desk != desk and held.asked_by != desk:
                changed[role] = replace(held, asked_by=desk, asked_ms=now_ms)
        return self._with(changed)

    def answer(
        self, desk: str, roles: Iterable[str], now_ms: int, seq: int, *, give: bool
    ) -> DeskRoles:
        """The holder gives what it was asked for, or keeps it."""
        changed = {}
        for role in roles:
            held = self.held.get(role)
            if held is None or held.desk != desk or held.asked_by is None:
                continue
            asker = held.asked_by
            changed[role] = (
                self._taken(role, asker, now_ms, seq)
                if give
                else replace(held, asked_by=None, asked_ms=0)
            )
        return self._with(changed)

    def release(self, desk: str, roles: Iterable[str], now_ms: int, seq: int) -> DeskRoles:
        """Give up roles, or what one asked for. Who asked for them gets them."""
        left = dict(self.held)
        for role in roles:
            held = left.get(role)
            if held is None:
                continue
            if held.desk == desk:
                if held.asked_by is None:
                    del left[role]
                else:
                    left[role] = self._taken(role, held.asked_by, now_ms, seq)
            elif held.asked_by == desk:
                left[role] = replace(held, asked_by=None, asked_ms=0)
        return DeskRoles(left)

    def keeps_out(
        self, desk: str | None, roles: Collection[str], base: int | None, now_ms: int
    ) -> str | None:
        """The role that somebody else holds, when a call of `desk` needs one of `roles`.

        None when the desk has one of them, or nobody holds one of them now, or the call was
        made before its desk could know that another took over: `base` is the last entry that
        it had seen.
        """
        kept_out = None
        for role in roles:
            held = self.held.get(role)
            if held is None or held.desk == desk or held.silent(now_ms):
                return None
            if desk in held.former and base is not None and base <= held.seq:
                return None
            kept_out = role
        return kept_out

    def to_json(self) -> dict[str, Any]:
        """As it stands in Redis."""
        return {role: asdict(held) for role, held in self.held.items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> DeskRoles:
        """The way back. KeyError or TypeError when it is none."""
        return cls(
            {
                role: Held(**{**held, "former": tuple(held["former"])})
                for role, held in document.items()
            }
        )

    def _may_take(self, role: str, desk: str, now_ms: int) -> bool:
        held = self.held.get(role)
        if held is None or held.desk == desk or held.silent(now_ms):
            return True
        return held.unanswered(desk, now_ms)

    def _taken(self, role: str, desk: str, now_ms: int, seq: int) -> Held:
        held = self.held.get(role)
        if held is None:
            return Held(desk, seq, now_ms, now_ms)
        if held.desk == desk:
            return replace(held, heard_ms=max(held.heard_ms, now_ms))
        former = tuple(one for one in held.former if one not in (desk, held.desk))
        return Held(desk, seq, now_ms, now_ms, former=(*former, held.desk)[-FORMER:])

    def _with(self, changed: Mapping[str, Held]) -> DeskRoles:
        return DeskRoles({**self.held, **changed}) if changed else self
