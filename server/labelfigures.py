"""How good the proposals were, by what the desk made of them. Pure.

A label says whether a proposed fact was one, which of its fields were changed, and what no
camera proposed. From these follow, for each type of fact:

- edit rate: of the accepted ones, the share in which something that was proposed was changed;
- precision: of the answered ones, the share that happened;
- recall: of what happened while a camera looked, the share that was proposed;
- for each question that a probability was given for: Brier score (mean squared difference of the
  probability and what came, G. W. Brier, 1950) and expected calibration error (`tables.py`).

What was accepted by nobody says nothing until a desk answers it, and what expired was not
answered: both are only counted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.evaluation.tables import Z95, brier, calibration_error, wilson
from server.gamelog.proposal import TYPES, Label

HAPPENED = ("accepted", "corrected", "absorbed")
# Resamples of the interval of a calibration error.
_RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Share:
    """right of `of` cases; low, high: the 95 % Wilson interval."""

    right: int
    of: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Said:
    """Probabilities that were given to one question, of cases.

    brier with the 95 % interval of a mean; ece with the 2.5 to 97.5 % points of resampled cases.
    """

    of: int
    brier: float
    brier_low: float
    brier_high: float
    ece: float
    ece_low: float
    ece_high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One type of fact. outcomes: how many labels of each; alone: accepted by nobody, of them.

    fields: how often each field was changed. said: by question.
    """

    type: str
    cases: int
    outcomes: Mapping[str, int]
    alone: int
    edited: Share
    precision: Share
    recall: Share
    fields: Mapping[str, int]
    said: Mapping[str, Said]

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def figures(labels: Iterable[Label]) -> list[Figures]:
    """One line for each type that has labels, in the order of TYPES."""
    by_type: dict[str, list[Label]] = {}
    for label in labels:
        by_type.setdefault(label.type, []).append(label)
    return [figures_of(kind, by_type[kind]) for kind in TYPES if kind in by_type]


def figures_of(kind: str, labels: Sequence[Label]) -> Figures:
    """The figures of the labels of one type."""
    unasked = [label for label in labels if label.automatic and label.outcome == "accepted"]
    asked = [label for label in labels if not (label.automatic and label.outcome == "accepted")]
    outcomes = Counter(label.outcome for label in asked)
    happened = sum(_happened(label) for label in asked)
    answered = happened + sum(_is_wrong(label) for label in asked)
    accepted = outcomes["accepted"] + outcomes["corrected"]
    changed = Counter(
        name
        for label in asked
        for name, (was, _) in label.corrected.items()
        if was is not None and label.outcome in HAPPENED
    )
    questions: dict[str, list[tuple[float, bool]]] = {}
    for label in asked:
        for question, case in _cases(label).items():
            questions.setdefault(question, []).append(case)
    return Figures(
        type=kind,
        cases=len(labels),
        outcomes=dict(Counter(label.outcome for label in labels)),
        alone=len(unasked),
        edited=_share(outcomes["corrected"], accepted),
        precision=_share(happened, answered),
        recall=_share(happened, happened + outcomes["missed"]),
        fields=dict(sorted(changed.items())),
        said={question: said(cases) for question, cases in questions.items()},
    )


def said(cases: Sequence[tuple[float, bool]]) -> Said:
    """Brier score and calibration error of (probability, whether it came), with intervals."""
    chance = np.array([one for one, _ in cases], np.float64)
    came = np.array([one for _, one in cases], np.bool_)
    mean, half = brier(chance, came), _half(chance, came)
    low, high = _ece_interval(chance, came)
    return Said(
        len(cases),
        mean,
        max(0.0, mean - half),
        mean + half,
        calibration_error(chance, came),
        low,
        high,
    )


def _half(chance: NDArray[np.float64], came: NDArray[np.bool_]) -> float:
    """Half the 95 % interval of a Brier score: the mean of squares is nearly normal."""
    off = (chance - came) ** 2
    return Z95 * float(off.std(ddof=1)) / math.sqrt(len(off)) if len(off) > 1 else 1.0


def _ece_interval(chance: NDArray[np.float64], came: NDArray[np.bool_]) -> tuple[float, float]:
    # Always the same resamples: the figures of the same labels do not flicker.
    random = np.random.default_rng(0)
    picks = random.integers(0, len(chance), (_RESAMPLES, len(chance)))
    errors = [calibration_error(chance[pick], came[pick]) for pick in picks]
    low, high = np.quantile(errors, (0.025, 0.975))
    return float(low), float(high)


def _happened(label: Label) -> bool:
    return label.outcome in HAPPENED and "type" not in label.corrected


def _is_wrong(label: Label) -> bool:
    """Proposed, and it was nothing, or something else."""
    return label.outcome == "rejected" or "type" in label.corrected


def _cases(label: Label) -> dict[str, tuple[float, bool]]:
    """The questions that a label answers: (the probability that was given, whether it came)."""
    found: dict[str, tuple[float, bool]] = {}
    chances = label.said
    if "score" in chances and (_happened(label) or _is_wrong(label)):
        found["happened"] = chances["score"], _happened(label)
    if not _happened(label):
        return found
    if "made" in chances:
        found["made"] = chances["made"], bool(_true(label, "made"))
    if "home" in chances and _true(label, "team") is not None:
        home = chances["home"]
        side = "home" if home >= 0.5 else "away"
        found["team"] = max(home, 1 - home), _true(label, "team") == side
    if "offensive" in chances and _true(label, "kind") is not None:
        found["offensive"] = chances["offensive"], _true(label, "kind") == "offensive"
    if "three" in chances:
        # What was proposed followed from the chance; it came as the value was left or changed.
        most = chances["three"] >= 0.5
        found["three"] = chances["three"], most != ("value" in label.corrected)
    if "player" in chances and label.proposed.get("player") is not None:
        found["player"] = chances["player"], "player" not in label.corrected
    return found


def _true(label: Label, field: str) -> object:
    if field in label.corrected:
        return label.corrected[field][1]
    return label.proposed.get(field)


def _share(right: int, of: int) -> Share:
    low, high = wilson(right, of)
    return Share(right, of, right / of if of else None, low, high)
