"""Do proposals still mean what they meant when they were measured? For `/metrics`.

The figures of the newest labels of each type beside those that are shipped. A type has drifted
(1) when, of its last WINDOW labels, the 95 % interval of one of these lies wholly on the worse
side of the interval of the shipped figure: edit rate and precision (Wilson), and the Brier score
of each question (a mean with its standard error; SLACK more is no matter). Two intervals that
do not touch are a stricter test than one at 5 %, so that seven types with a few figures each
seldom cry wolf; with fewer than LEAST cases a figure says nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from importlib.resources import files
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from server.gamelog.proposal import Label
from server.labelfigures import Figures, Share, figures
from server.problems import Problem

log = logging.getLogger(__name__)

WINDOW = 200
LEAST = 30
# Nobody need be called for a Brier score that is worse by less, however surely.
SLACK = 0.01
EVERY_S = 30.0

Baseline = Mapping[str, Mapping[str, Any]]
"""type -> the figures of that type, as `Figures.plain` gives them."""


def shipped() -> Baseline:
    """The figures of the shipped models, by type: docs/evaluation-labels.md says how they came
    about. A type without figures is not judged."""
    text = files("server").joinpath("label_baseline.json").read_text(encoding="utf-8")
    types: Baseline = json.loads(text)["types"]
    return types


def has_drifted(now: Figures, then: Mapping[str, Any]) -> bool:
    """Is what the desk answers now worse than what was measured, beyond chance?"""
    if _enough(now.edited) and now.edited.low > then["edited"]["high"]:
        return True
    if _enough(now.precision) and now.precision.high < then["precision"]["low"]:
        return True
    return any(
        said.of >= LEAST and said.brier_low > then["said"][question]["brier_high"] + SLACK
        for question, said in now.said.items()
        if question in then["said"]
    )


class Drift(Collector):
    """The gauges `courtside_label_*`. `run` keeps them fresh; a scrape only reads.

    read: the newest labels, so many of each type, of all games and processes.
    """

    def __init__(
        self, read: Callable[[int], Awaitable[list[Label]]], baseline: Baseline | None = None
    ) -> None:
        self._read = read
        self._baseline = shipped() if baseline is None else baseline
        self._figures: list[Figures] = []

    async def run(self) -> None:
        """Look again every now and then, until cancelled."""
        while True:
            try:
                await self.look()
            except Problem as problem:
                log.warning("the labels could not be read: %s", problem)
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Read the newest labels."""
        labels = await self._read(WINDOW)
        self._figures = await asyncio.to_thread(figures, labels)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        # The registry asks here instead of calling `collect` before the parts are ready.
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        about = f"of the last {WINDOW} answers to proposals of each type"
        cases = _family("cases", f"Labels {about}", "type", "outcome")
        rate = _family("edit_rate", f"Share of accepted ones that were changed, {about}", "type")
        brier = _family("brier", f"Brier score {about}", "type", "question")
        ece = _family("ece", f"Calibration error {about}", "type", "question")
        drift = _family("drift", "1 when proposals are worse than the shipped figures", "type")
        for one in self._figures:
            for outcome, count in one.outcomes.items():
                cases.add_metric([one.type, outcome], count)
            if one.edited.share is not None:
                rate.add_metric([one.type], one.edited.share)
            for question, said in one.said.items():
                brier.add_metric([one.type, question], said.brier)
                ece.add_metric([one.type, question], said.ece)
            if one.type in self._baseline:
                drift.add_metric([one.type], has_drifted(one, self._baseline[one.type]))
        yield from (cases, rate, brier, ece, drift)


def _family(name: str, about: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"courtside_label_{name}", about, labels=labels)


def _enough(share: Share) -> bool:
    return share.of >= LEAST
