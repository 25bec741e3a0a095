"""Which plays of a game get a clip, how long it is and who may pass it on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from server.exports.media import AFTER_S, BEFORE_S
from server.game.events import Event

Kind = Literal[
    "field_goal",
    "free_throw",
    "block",
    "steal",
    "assist",
    "rebound",
    "turnover",
    "foul",
    "jump_ball",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
USUAL: tuple[Kind, ...] = ("field_goal", "block", "steal")
Sharing = Literal["desk", "watch", "nobody"]
SHARING: tuple[Sharing, ...] = get_args(Sharing)
LONGEST_S = 30.0
"""Before the play, and after it."""


class BadClipRules(ValueError):  # noqa: N818  (what was asked, not a fault of ours)
    """The text says what would be right."""


@dataclass(frozen=True, slots=True)
class ClipRules:
    """types: of KINDS, shots and throws only when made. before_s, after_s: around the play.

    share: whose token may make a link that shows one clip or reel to anybody.
    """

    types: tuple[str, ...] = USUAL
    before_s: float = BEFORE_S
    after_s: float = AFTER_S
    share: Sharing = "desk"

    def want(self, event: Event) -> bool:
        """Does this fact get a clip, if a camera saw it?"""
        return event.name in self.types and getattr(event, "made", True)

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "types": list(self.types)}

    def changed(self, asked: object) -> ClipRules:
        """With what was asked instead; None asks for the usual. BadClipRules."""
        if asked is None:
            return ClipRules()
        if not isinstance(asked, Mapping):
            raise BadClipRules("clips must be a JSON object, or null for the usual ones")
        if unknown := asked.keys() - {"types", "before_s", "after_s", "share"}:
            raise BadClipRules(f"clips has no field {', '.join(sorted(map(str, unknown)))}")
        found = self
        if "types" in asked:
            found = replace(found, types=_types(asked["types"]))
        if "before_s" in asked:
            found = replace(found, before_s=_seconds("before_s", asked["before_s"]))
        if "after_s" in asked:
            found = replace(found, after_s=_seconds("after_s", asked["after_s"]))
        if "share" in asked:
            if asked["share"] not in SHARING:
                raise BadClipRules(f"clips.share must be one of {', '.join(SHARING)}")
            found = replace(found, share=asked["share"])
        return found


def rules_text(rules: ClipRules) -> str | None:
    """As it is kept with the game; None for the usual rules."""
    return None if rules == ClipRules() else json.dumps(rules.document())


def clip_rules(text: str | None) -> ClipRules:
    """What `rules_text` wrote."""
    return ClipRules() if text is None else ClipRules().changed(json.loads(text))


def _types(asked: object) -> tuple[str, ...]:
    if not isinstance(asked, list) or not all(kind in KINDS for kind in asked):
        raise BadClipRules(f"clips.types must be a list of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in asked)


def _seconds(name: str, asked: object) -> float:
    number = isinstance(asked, int | float) and not isinstance(asked, bool)
    if not number or not 1 <= float(asked) <= LONGEST_S:  # type: ignore[arg-type]
        raise BadClipRules(f"clips.{name} must be 1 to {LONGEST_S:g} seconds")
    return float(asked)  # type: ignore[arg-type]
