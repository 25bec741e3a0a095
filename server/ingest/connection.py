"""The server's side of one WebRTC connection, whichever way the media goes: from an SDP offer to
our answer, the candidates that come later, and the end with its last words."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import OperationError
from aiortc.rtp import RtpPacket
from aiortc.sdp import candidate_from_sdp

from server.clock import Clock
from server.ingest import aiortc_hooks
from server.ingest.ice import IceSettings, PortsExhaustedError
from server.ingest.offer import MOST_CANDIDATES, PARSER_ERRORS, Offer
from server.ingest.sdpfrag import Fragment
from server.problems import Problem

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 5.0
CHANNEL_MOST_BYTES = 4096
FAREWELL_S = 0.2


class Connection:
    """Its owner adds tracks and handlers to `pc`, calls answer() once and close() at the end.

    Use from the event loop.
    """

    def __init__(self, name: str, clock: Clock, ice: IceSettings) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=ice.rtc_servers()))
        self.guard: aiortc_hooks.Guard | None = None
        """Counts what comes, once there is an answer."""
        self.channels: list[RTCDataChannel] = []
        """Those that say() sends on."""
        self._name = name
        self._clock = clock
        self._ice = ice
        self._mid = ""
        self._ufrag = ""
        self._candidates = 0
        self._closing: asyncio.Task[None] | None = None
        aiortc_hooks.accept_rsa(self.pc)

    async def answer(
        self,
        offer: Offer,
        unsupported: str,
        *,
        channel: str | None = None,
        on_rtp: Callable[[Any, RtpPacket], None] | None = None,
    ) -> str:
        """The SDP answer, with all our candidates in it.

        unsupported: what to say when none of the offered codecs will do. channel: a data channel
        of that name is opened if the offer has room for one. on_rtp: see aiortc_hooks.Guard.
        Raises Problem: 400 or 422 for an offer that cannot be used, 503 when there is no UDP port
        or the answer takes too long. The connection is of no use then: close it.
        """
        self._mid, self._ufrag = offer.mid, offer.ufrag
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await self.pc.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
                if channel is not None and self.pc.sctp is not None:
                    self.channels.append(self.pc.createDataChannel(channel))
                aiortc_hooks.use_ice(self.pc, self._ice)
                await self.pc.setLocalDescription(await self.pc.createAnswer())
                sdp = str(self.pc.localDescription.sdp)
        except TimeoutError as error:
            raise Problem(
                503, "busy", "The answer took too long. Try again.", {"Retry-After": "5"}
            ) from error
        except PortsExhaustedError as error:
            raise Problem(
                503, "no-udp-port", "Every UDP port of this server is in use. Try again later.",
                {"Retry-After": "10"},
            ) from error  # fmt: skip
        except OperationError as error:
            raise Problem(422, "unsupported-codec", unsupported) from error
        except PARSER_ERRORS as error:
            log.info("an offer was refused by aiortc", exc_info=True)
            raise Problem(400, "malformed-sdp", "The offer could not be used.") from error
        self.guard = aiortc_hooks.Guard(self.pc, self._clock, on_rtp)
        return sdp

    async def trickle(self, fragment: Fragment, instead: str) -> None:
        """Add candidates that came after the offer, MOST_CANDIDATES in all; more are left out.

        Raises Problem 422 for an ICE restart, which says what to do `instead`; the connection
        stays as it was.
        """
        if fragment.ufrag is not None and fragment.ufrag != self._ufrag:
            raise Problem(
                422, "no-ice-restart",
                f"ICE cannot be restarted here; this session goes on. {instead}",
            )  # fmt: skip
        for value in fragment.candidates:
            self._candidates += 1
            if self._candidates > MOST_CANDIDATES:
                return
            candidate = candidate_from_sdp(value)
            # Sections are bundled: the one that carries the transport gets them all.
            candidate.sdpMid = self._mid
            await self.pc.addIceCandidate(candidate)

    def say(self, message: Mapping[str, object]) -> bool:
        """Send it on each open data channel that has room; False when there is none."""
        ready = [
            channel
            for channel in self.channels
            if channel.readyState == "open" and channel.bufferedAmount <= CHANNEL_MOST_BYTES
        ]
        for channel in ready:
            channel.send(json.dumps(message))
        return bool(ready)

    def close(self, farewell: Mapping[str, object] | None = None) -> None:
        """Begin to end; never waits, and again is the same as once. farewell: a last message."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(farewell), name=f"close {self._name}")

    async def _close(self, farewell: Mapping[str, object] | None) -> None:
        if farewell is not None and self.say(farewell):
            # The message goes out in a task of aiortc's own.
            await asyncio.sleep(FAREWELL_S)
        await self.pc.close()

    async def wait_closed(self, timeout_s: float = 3.0) -> None:
        """After close(): wait for the sockets."""
        if self._closing is not None:
            _, late = await asyncio.wait([self._closing], timeout=timeout_s)
            if late:
                log.warning("%s: the connection did not close in %.0f s", self._name, timeout_s)
                self._closing.cancel()
