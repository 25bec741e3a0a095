"""From an SDP offer to our answer, and what each way to fail means to the one who asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import OperationError

from server.ingest import aiortc_hooks
from server.ingest.ice import IceSettings, PortsExhaustedError
from server.ingest.offer import PARSER_ERRORS, Offer
from server.problems import Problem

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 5.0


async def answer(
    pc: RTCPeerConnection,
    ice: IceSettings,
    offer: Offer,
    unsupported: str,
    before_answer: Callable[[], None] = lambda: None,
) -> str:
    """The SDP answer, with all our candidates in it.

    unsupported: what to say when none of the offered codecs will do. before_answer() is called
    when the offer has been read.
    Raises Problem: 400 or 422 for an offer that cannot be used, 503 when there is no UDP port or
    the answer takes too long. The connection is of no use then: close it.
    """
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            await pc.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
            before_answer()
            aiortc_hooks.use_ice(pc, ice)
            await pc.setLocalDescription(await pc.createAnswer())
            return str(pc.localDescription.sdp)
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
