"""aiortc's receiving side, which did not read our sending side's code."""

from __future__ import annotations

from collections.abc import Iterable

from aiortc.codecs.h264 import h264_depayload
from aiortc.codecs.vpx import vp8_depayload

DEPAYLOAD = {"H264": h264_depayload, "VP8": vp8_depayload}


def put_together(codec: str, payloads: Iterable[bytes]) -> bytes:
    """The frame that these payloads of RTP packets carry."""
    return b"".join(DEPAYLOAD[codec](payload) for payload in payloads)
