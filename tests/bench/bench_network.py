"""What a viewer by WHEP sees of a phone on a bad network: a real server, a real phone, both in
processes of their own, and a viewer here that reads the time of day in the pictures."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np

from server.ingest.network import Network
from server.ingest.relay import Relay
from tests.bench.filming import filming
from tests.media.glass import Cards, Glass, frozen_share
from tests.server_process import ServerProcess, running

SETTLE_S = 5.0
LOSSY_S, CHANGE_S = 10.0, 6.0
NARROW = ("--delay", "30", "--loss", "3", "--rate", "1500k")
Figures = dict[str, object]


def main(seconds: float) -> Figures:
    """Each network for about `seconds`."""
    return asyncio.run(_measure(seconds))


async def _measure(seconds: float) -> Figures:
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), "--eyes", "off") as server:
        figures |= await _watch(server, "loopback", (), seconds, _steady)
        figures |= await _watch(server, "0.3 % loss", ("--loss", "0.3"), seconds, _steady)
        lossy = ("--loss", f"5@{SETTLE_S}", "--loss", f"0@{SETTLE_S + LOSSY_S}")
        figures |= await _watch(server, "5 % for 10 s", lossy, SETTLE_S + LOSSY_S + 6, _after)
        figures |= await _watch(server, "phone 60 ms 3 % 1.5 Mbps", NARROW, seconds, _steady)
        with Relay(Network(loss=0.03, delay_s=0.03, rate_bps=1_500_000)) as relay:
            most = ("--bitrate", "1000k")
            name = "viewer 60 ms 3 % 1.5 Mbps"
            figures |= await _watch(server, name, most, seconds, _steady, relay)
        change = ("--network-change", str(CHANGE_S))
        figures |= await _watch(server, "another network", change, 12.0, _standing)
    return figures


async def _watch(
    server: ServerProcess,
    name: str,
    options: tuple[str, ...],
    seconds: float,
    judge: Callable[[Cards, float], Figures],
    relay: Relay | None = None,
) -> Figures:
    game = server.new_game()
    path = f"{game['game_id']}/main"
    tokens = game["tokens"]
    async with AsyncExitStack() as stack:
        phone = filming(f"{server.url}/whip/{path}", tokens["camera"], "--audio", *options)
        stack.enter_context(phone)
        with server.client(tokens["watch"]) as http:
            address = f"/api/v1/games/{game['game_id']}/cameras/main/picture"
            while http.get(address).json()["status"] != "live":
                await asyncio.sleep(0.1)
        begun_s = time.monotonic()
        glass = await Glass(f"{server.url}/whep/{path}", tokens["watch"], relay).open()
        stack.push_async_callback(glass.close)
        while not glass.cards.seen:
            await asyncio.sleep(0.01)
        opened_s = time.monotonic() - begun_s
        await asyncio.sleep(seconds)
        cards = Cards(list(glass.cards.seen))
    figures: Figures = {"picture after s": opened_s, **judge(cards, cards.seen[0].at_s)}
    return {f"{name}: {key}": value for key, value in figures.items()}


def _steady(cards: Cards, begun_s: float) -> Figures:
    from_s = begun_s + min(SETTLE_S, (cards.seen[-1].at_s - begun_s) / 2)
    ages_ms, gaps_s = cards.ages_ms(from_s), cards.gaps_s(from_s)
    return {
        "age p50 ms": float(np.percentile(ages_ms, 50)),
        "age p95 ms": float(np.percentile(ages_ms, 95)),
        "frozen %": 100 * frozen_share(gaps_s),
        "longest gap ms": 1000 * max(gaps_s),
    }


def _after(cards: Cards, begun_s: float) -> Figures:
    lossy_s = begun_s + SETTLE_S
    well = cards.ages_ms(lossy_s + LOSSY_S + 2)
    return {
        "longest gap during ms": 1000 * max(cards.gaps_s(lossy_s)),
        "age p95 from 2 s after ms": float(np.percentile(well, 95)),
    }


def _standing(cards: Cards, begun_s: float) -> Figures:
    return {"longest gap ms": 1000 * max(cards.gaps_s(begun_s))}
