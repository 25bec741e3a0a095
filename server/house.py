"""Builds every part of a server in one place and hands each the parts that it needs."""

from __future__ import annotations

import asyncio
import functools
import importlib.metadata
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.access.roles import Access
from server.access.shares import Shares
from server.access.signed import SignedAddresses
from server.access.tokens import Tokens, kept_secret, key_from_secret
from server.api.health import Health
from server.background import Background
from server.caretaker import Caretaker
from server.clips.clips import Clips
from server.clock import Clock
from server.drift import Drift
from server.filming import Filming
from server.gamelog.log import LogUnavailable
from server.gamelog.setups import SetupTable
from server.gamelog.sql import SqlLog
from server.inference import Inference
from server.ingest.cameras import Cameras
from server.ingest.ice import IceSettings
from server.ingest.session import FrameSink
from server.live.bus import Bus
from server.live.desklease import DeskLeases
from server.live.hub import Hub
from server.live.lease import Leases
from server.live.private_redis import PrivateRedis, refuse_old
from server.live.redis import LiveStore, connect
from server.lookout import Lookout
from server.media.forward import Forwards, Target
from server.media.index import Index
from server.media.playback import Playback
from server.media.readers import Readers
from server.media.recorders import Recorders
from server.media.recordings import Recordings
from server.media.storage import Storage
from server.media.streams import Streams
from server.media.viewers import Viewers
from server.meters import Gauges, Meters, watch_loop
from server.models import load_models
from server.moments import Moments
from server.pictures import Pictures
from server.previews import Previews
from server.scorer import Scorer
from server.settings import Settings
from server.setups import Setups
from server.updates import Json, Update

VERSION = importlib.metadata.version("courtside")


@dataclass(frozen=True, slots=True)
class House:
    """Every part of one server."""

    settings: Settings
    clock: Clock
    meters: Meters
    scorer: Scorer
    moments: Moments
    hub: Hub
    leases: Leases
    desks: DeskLeases
    cameras: Cameras
    recorders: Recorders
    clips: Clips
    shares: Shares
    streams: Streams
    viewers: Viewers
    forwards: Forwards
    playback: Playback
    pictures: Pictures
    inference: Inference
    lookout: Lookout
    setups: Setups
    previews: Previews
    tokens: Tokens
    access: Access
    signed: SignedAddresses
    process: str
    model: str
    new_admin_token: str | None
    """The admin token, when it was made at this start and a person must be told."""

    async def erased(self, game: str) -> None:
        """A game was erased: its camera stops and its viewers leave."""
        await self.cameras.end_game(game, "the game was erased")
        await self.clips.erase_game(game)
        await self.recorders.erase(game)
        self.playback.forget(game)
        await self.hub.forget(game)

    async def erase_pictures(self, game: str) -> None:
        """What was filmed of a game goes, its score stays; its camera is cut off. Problem 503."""
        await self.cameras.end_game(game, "what it filmed was erased")
        await self.clips.erase_game(game)
        await self.recorders.erase_pictures(game)
        self.playback.forget(game)

    async def recorded_bytes(self, game: str) -> dict[str, int]:
        """What is kept of each camera of a game."""
        return await asyncio.to_thread(self.recorders.library.usage_by_camera, game)

    async def look(self) -> Health:
        """What works and what does not."""
        found = Health(facts=self._facts())
        try:
            async with asyncio.timeout(2):
                await self.scorer.token_version("-")
        except (LogUnavailable, TimeoutError) as error:
            found.broken["database"] = str(error) or "it does not answer in time"
        if not self.inference.alive:
            found.broken["inference"] = "its thread has ended; the log says why"
        if self.hub.degraded:
            found.degraded["redis"] = (
                "away; calls are kept, other processes hear of them late; "
                "a desk's roles are held within each process only"
            )
        for part, why in self.recorders.troubles.items():
            found.degraded[f"recording {part}"] = why
        if trouble := self.forwards.trouble:
            found.degraded["forward"] = trouble
        if trouble := self.inference.going.trouble:
            found.degraded["seeing"] = trouble
        return found

    def _facts(self) -> dict[str, Any]:
        device, going = self.inference.device, self.inference.going
        return {
            "version": VERSION,
            "process": self.process,
            "inference": {
                "model": self.model,
                "requested": device.requested,
                "obtained": device.obtained,
                "provider": device.provider,
                "why": device.why,
                "looks_per_s": round(going.looks, 1),
                "age_p95_ms": round(1000 * going.age_s),
                "load": round(going.load, 2),
                "plan": {
                    "area": going.plan.area,
                    "whole_every": going.plan.whole_every,
                    "stages": sorted(going.plan.stages),
                },
            },
            "cameras": [
                {"game": session.game, "camera": session.camera, "live": session.live}
                for session in self.cameras.sessions
            ],
            "viewers": self.hub.viewers_here,
            "forwards": self.forwards.facts(),
            "loop_delay_ms": self.meters.loop_delay_ms(),
        }

    def gauges(self) -> Gauges:
        """For `/metrics`."""
        device, going = self.inference.device, self.inference.going
        live = sum(session.live for session in self.cameras.sessions)
        obtained = {"requested": device.requested, "obtained": device.obtained}
        return {
            "cameras_live": ("Cameras that publish", live, {}),
            "viewers": ("Viewers of this process", self.hub.viewers_here, {}),
            "whep_viewers": ("Of the picture, by WebRTC", len(self.viewers), {}),
            "snapshots_for_slow_viewers": ("Viewers that fell behind", self.hub.renewals, {}),
            "redis_degraded": ("1 while Redis is away", float(self.hub.degraded), {}),
            "inference_device": ("Where inference really runs", 1.0, obtained),
            "inference_load": ("Above 1 the looks of the plan cannot be had", going.load, {}),
            "looks_per_camera": ("Frames of each camera looked at, a second", going.looks, {}),
            "input_pixels": ("Of the network's input for one picture", going.plan.area, {}),
            "seeing_degraded": ("1 while a slow machine sees less", float(bool(going.trouble)), {}),
        }


def new_id() -> str:
    """16 characters of a-f and 0-9: fits where a game's name fits, and nobody guesses it."""
    return secrets.token_hex(8)


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock) -> AsyncIterator[House]:
    """Build every part, start it, and stop all in the opposite order.

    Raises ModelFileError, ModelError, DeviceError, RedisMissing, LogUnavailable.
    """
    async with AsyncExitStack() as stack:
        settings.data.mkdir(parents=True, exist_ok=True)
        model = load_models(settings.data).get(settings.model or "")
        secret = settings.secret or kept_secret(settings.data / "secret")[0]
        admin, made = settings.admin_token, False
        if admin is None:
            admin, made = kept_secret(settings.data / "admin-token")
        meters = Meters()
        process = new_id()

        redis_url, store, bus = await _open_redis(settings, clock, process, stack)
        log = await asyncio.to_thread(SqlLog.open, settings.database_url)
        stack.callback(log.close)
        hub = Hub(store, bus, clock)
        stack.push_async_callback(hub.stop)
        leases = Leases(store, bus, clock, new_id)
        filming = Filming(hub.said, store.last, leases.origin, clock)

        async def publish(game: str, update: Update) -> None:
            clips.told(game)
            await hub.publish(game, update)

        async def announce(game: str, message: Json) -> None:
            if message["type"] == "roster":  # names, players, or the rules of clips
                clips.told(game)
            await hub.announce(game, message)

        scorer = Scorer(
            log, clock, new_id, publish, announce, meters=meters, who_films=filming.films
        )
        stack.push_async_callback(scorer.close)
        moments = Moments(scorer, leases.origin)
        stack.push_async_callback(moments.close)
        await hub.start(scorer)
        await leases.start()
        stack.push_async_callback(leases.stop)
        desks = DeskLeases(store, clock, hub.announce)

        inference = await asyncio.to_thread(
            Inference.open, model, settings.device, clock, meters, cache=settings.data / "tensorrt"
        )
        inference.start(asyncio.get_running_loop())
        stack.push_async_callback(inference.stop)
        lookout = Lookout(inference, scorer, hub.say, clock)
        stack.push_async_callback(lookout.close)
        setups = Setups(SetupTable(log), scorer, lambda: lookout.watched, inference.configure)
        stack.push_async_callback(setups.close)
        previews = Previews(store, bus, clock)
        stack.push_async_callback(previews.close)

        def open_sink(game: str, camera: str) -> FrameSink:
            sink = previews.through(game, camera, lookout.open_sink(game, camera))
            setups.came(game, camera)
            return sink

        ice = IceSettings(settings.ice_servers, settings.public_ip, settings.udp_ports)
        keep = None
        if settings.keep_recordings is not None:
            keep = timedelta(days=settings.keep_recordings)
        folder = settings.media_folder
        storage = await asyncio.to_thread(Storage.open, settings.media or str(folder), folder)
        recorders = Recorders(Index(log), storage, clock, meters, keep)
        stack.push_async_callback(recorders.close)
        clips = Clips(log, scorer, recorders.library, storage, redis_url, clock, meters)
        stack.push_async_callback(clips.stop)
        clips.start()
        forwards = Forwards([Target(url, game) for game, url in settings.forward], clock, meters)
        stack.push_async_callback(forwards.close)
        streams = Streams(clock, lambda stream: [*recorders.keep(stream), *forwards.keep(stream)])
        cameras = Cameras(
            clock=clock,
            new_id=lambda: secrets.token_urlsafe(24),
            open_sink=open_sink,
            on_state=lookout.on_state,
            open_media=streams.open,
            decode=settings.eyes,
            ice=ice,
            claim=leases.claim,
            meters=meters,
        )
        viewers = Viewers(
            streams, clock, lambda: secrets.token_urlsafe(24), meters, ice, settings.whep_viewers
        )
        stack.push_async_callback(cameras.close)
        stack.push_async_callback(viewers.close)

        key = key_from_secret(secret)
        tokens, shares = Tokens(key, clock), Shares(key, clock, scorer.token_version)
        access = Access(tokens, scorer.token_version, new_id, admin)
        signed = SignedAddresses(key, clock, scorer.token_version)
        caretaker, readers = Caretaker(scorer, cameras, clock), Readers()
        stack.push_async_callback(readers.close)
        recordings = Recordings(recorders.library, readers, clock, caretaker.is_final)
        playback = Playback(recorders.library, recordings, readers, clock, signed.query)
        pictures = Pictures(
            recordings, streams, filming.latest, leases.origin, signed.query, clock,
            recorders.trouble,
        )  # fmt: skip
        house = House(
            settings, clock, meters, scorer, moments, hub, leases, desks, cameras, recorders,
            clips, shares, streams, viewers, forwards, playback, pictures, inference, lookout,
            setups, previews, tokens, access, signed, process, model.name, admin if made else None,
        )  # fmt: skip
        meters.gauges(house.gauges)
        meters.gauges(recorders.gauges)
        meters.gauges(forwards.gauges)
        meters.gauges(playback.gauges)
        meters.gauges(clips.gauges)
        drift = Drift(lambda most: scorer.labels(None, most))
        meters.registry.register(drift)
        for work in (
            Background("loop watch", functools.partial(watch_loop, meters, clock)),
            Background("caretaker", caretaker.run),
            Background("label drift", drift.run),
            Background("setups", setups.run),
            Background("recordings", recorders.run),
        ):
            work.start()
            stack.push_async_callback(work.stop)
        yield house


async def _open_redis(
    settings: Settings, clock: Clock, process: str, stack: AsyncExitStack
) -> tuple[str, LiveStore, Bus]:
    url = settings.redis
    if url is None:
        private = PrivateRedis(settings.data / "redis", clock)
        await private.start()
        stack.push_async_callback(private.stop)
        url = private.url
    else:
        await refuse_old(url)
    store = LiveStore(connect(url), clock, process)
    stack.push_async_callback(store.client.aclose)
    bus = Bus(connect(url), process)
    await bus.start()
    stack.push_async_callback(bus.stop)
    return url, store, bus
