"""What is written on a vertical clip: the teams, the score as it changes, the play in words.

Nothing of the game is known here: the process that draws it starts with little.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Score:
    """The score from a second of the clip on."""

    from_s: float
    home: int
    away: int


@dataclass(frozen=True, slots=True)
class Story:
    """home, away: what the teams are called. when: period and clock. words: the play, told from
    second `told_s` of the clip on. scores: rising, the first from 0."""

    home: str
    away: str
    when: str
    words: str
    told_s: float
    scores: tuple[Score, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of_json(cls, text: str) -> Story:
        """What `to_json` made."""
        document: dict[str, Any] = json.loads(text)
        document["scores"] = tuple(Score(**score) for score in document["scores"])
        return cls(**document)

    def name(self, cut: str) -> str:
        """Names a clip's picture together with what is written on it."""
        return f"{cut}-{hashlib.sha256(self.to_json().encode()).hexdigest()[:16]}"
