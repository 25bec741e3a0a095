"""What we accept of an SDP offer, and what we add to the answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from aiortc.sdp import MediaDescription, SessionDescription

from server.problems import Problem

MOST_BYTES = 64 * 1024
MOST_LINES = 4000
MOST_CANDIDATES = 100
ICE_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]+")
MID = re.compile(r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]{1,64}")
FINGERPRINTS = ("sha-256", "sha-384", "sha-512")
# What aiortc's parser raises for text that is no SDP; it has no error of its own.
PARSER_ERRORS = (
    AssertionError, ValueError, KeyError, IndexError, StopIteration, TypeError, AttributeError,
    UnboundLocalError, RuntimeError, OverflowError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that can be answered.

    sdp: the text for aiortc, candidates that it cannot use left out.
    mid: of the section that carries the transport. ufrag: the other side's ICE generation.
    """

    sdp: str
    mid: str
    ufrag: str


def read_offer(body: bytes, *, sends: bool = True) -> Offer:
    """sends: the other side is to send (a publisher), else to receive (a viewer).

    Raises Problem 400 for what is no SDP offer, 422 for one that we cannot answer.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "malformed-sdp", "The offer is not UTF-8 text.") from error
    if not text.startswith("v=0"):
        raise Problem(400, "malformed-sdp", "An SDP offer begins with v=0.")
    if len(text.splitlines()) > MOST_LINES:
        raise Problem(400, "malformed-sdp", "The offer has too many lines.")
    text = clean(text)
    try:
        description = SessionDescription.parse(text)
    except PARSER_ERRORS as error:
        raise Problem(400, "malformed-sdp", "The offer could not be read as SDP.") from error
    _check(description, sends)
    first = description.media[0]
    bundle = next((g for g in description.group if g.semantic == "BUNDLE" and g.items), None)
    mid = str(bundle.items[0]) if bundle else first.rtp.muxId
    ufrag = (first.ice.usernameFragment or "") if first.ice else ""
    return Offer(text, mid, ufrag)


def clean(text: str) -> str:
    """The offer without what would stop aiortc: see usable_candidate.

    The end of candidates is left out as well: a browser that hides its addresses has none that
    we can use, and is found by the packets that it sends. A section without a direction
    means sendrecv (RFC 8866, section 6.7).
    """
    kept: list[str] = []
    section: list[str] = []
    candidates = 0
    for line in text.splitlines():
        if line.startswith("m="):
            kept += _with_direction(section)
            section = []
        if line.strip() == "a=end-of-candidates":
            continue
        if line.startswith("a=candidate:"):
            candidates += 1
            if candidates > MOST_CANDIDATES or not usable_candidate(line[len("a=candidate:") :]):
                continue
        section.append(line)
    kept += _with_direction(section)
    return "\r\n".join(kept) + "\r\n"


def usable_candidate(value: str) -> bool:
    """Can we send to it? TCP and mDNS candidates are accepted and ignored."""
    bits = value.split()
    if len(bits) < 8 or bits[6] != "typ":
        return False
    component, transport, host, port, kind = bits[1], bits[2], bits[4], bits[5], bits[7]
    try:
        ip_address(host)
        priority = int(bits[3])
        rport = int(bits[bits.index("rport") + 1]) if "rport" in bits[8:-1] else 0
    except ValueError:
        return False
    return (
        component == "1"
        and transport.lower() == "udp"
        and port.isascii()
        and port.isdigit()
        and 0 < int(port[:6]) < 65536
        and 0 <= priority < 1 << 32
        and 0 <= rport < 65536
        and kind in ("host", "srflx", "relay")
    )


def _with_direction(section: list[str]) -> list[str]:
    directions = ("a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive")
    media = bool(section) and section[0].startswith(("m=audio", "m=video"))
    if media and not any(line.strip() in directions for line in section):
        return [*section, "a=sendrecv"]
    return section


def _check(description: SessionDescription, sends: bool) -> None:
    media = description.media
    if not media:
        raise Problem(400, "malformed-sdp", "The offer has no media section.")
    kinds = [m.kind for m in media]
    unknown = sorted(set(kinds) - {"audio", "video", "application"})
    if unknown:
        raise Problem(422, "unsupported-media", f"Media of kind {unknown[0][:32]} is not taken.")
    for kind in set(kinds):
        if kinds.count(kind) > 1:
            raise Problem(422, "too-many-tracks", f"One {kind} section at most, please.")
    if "video" not in kinds:
        raise Problem(422, "no-video", "This is about video; the offer has none.")
    _check_mids(media, description)
    for section in media:
        _check_transport(section)
        if section.kind != "application":
            _check_track(section, sends)
        elif section.profile not in ("UDP/DTLS/SCTP", "TCP/DTLS/SCTP") or not section.sctp_port:
            raise Problem(422, "unsupported-media", "Data goes by UDP/DTLS/SCTP with a port.")


def _check_mids(media: list[MediaDescription], description: SessionDescription) -> None:
    mids = [m.rtp.muxId for m in media]
    if None in mids:  # a=mid without a value
        raise Problem(400, "malformed-sdp", "A media section has an empty mid.")
    if any(not MID.fullmatch(mid) for mid in mids) and (len(mids) > 1 or mids[0]):
        raise Problem(400, "malformed-sdp", "Each media section needs a mid that is a token.")
    if len(set(mids)) < len(mids):
        raise Problem(400, "malformed-sdp", "Two media sections have the same mid.")
    bundles = [g.items for g in description.group if g.semantic == "BUNDLE"]
    if len(bundles) > 1 or (bundles and sorted(map(str, bundles[0])) != sorted(mids)):
        raise Problem(422, "not-bundled", "All media sections belong in one BUNDLE group.")
    if len(media) > 1 and not bundles:
        raise Problem(422, "not-bundled", "All media sections belong in one BUNDLE group.")


def _check_transport(section: MediaDescription) -> None:
    ice, dtls = section.ice, section.dtls
    ufrag = (ice.usernameFragment or "") if ice else ""
    password = (ice.password or "") if ice else ""
    if not (4 <= len(ufrag) <= 256 and ICE_TOKEN.fullmatch(ufrag)):
        raise Problem(400, "malformed-sdp", "ice-ufrag is missing or has no legal value.")
    if not (22 <= len(password) <= 256 and ICE_TOKEN.fullmatch(password)):
        raise Problem(400, "malformed-sdp", "ice-pwd is missing or has no legal value.")
    if dtls is None:
        raise Problem(400, "malformed-sdp", "The offer has no a=setup (DTLS) line.")
    if not dtls.fingerprints:
        raise Problem(400, "malformed-sdp", "The offer has no DTLS fingerprint.")
    if not any(f.algorithm.lower() in FINGERPRINTS for f in dtls.fingerprints):
        raise Problem(422, "unsupported-fingerprint", f"Use one of {', '.join(FINGERPRINTS)}.")
    if section.kind != "application" and not section.rtcp_mux:
        raise Problem(422, "no-rtcp-mux", "RTP and RTCP have to share a port (a=rtcp-mux).")


def _check_track(section: MediaDescription, sends: bool) -> None:
    wanted = "sendonly" if sends else "recvonly"
    if section.direction not in (wanted, "sendrecv"):
        raise Problem(
            422, "wrong-direction", f"The {section.kind} section is {section.direction}: nothing "
            f"would be sent. Offer {wanted}."
        )  # fmt: skip
    if section.profile not in ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP"):
        raise Problem(422, "unsupported-media", "RTP goes by UDP/TLS/RTP/SAVPF.")


def with_start_bitrate(sdp: str, kbps: int) -> str:
    """The answer with Chromium's hint that it may start at this bitrate.

    It is added to the parameters of each video codec; those without parameters get a line.
    """
    lines = sdp.splitlines()
    video = {pt for pt, name in _video_codecs(lines) if name in ("H264", "VP8")}
    hint = f"x-google-start-bitrate={kbps}"
    told: set[str] = set()
    found: list[str] = []
    for line in lines:
        if line.startswith("a=fmtp:"):
            payload_type = line[len("a=fmtp:") :].split(" ", 1)[0]
            if payload_type in video:
                line = f"{line};{hint}"
                told.add(payload_type)
        found.append(line)
    result: list[str] = []
    for line in found:
        result.append(line)
        if line.startswith("a=rtpmap:"):
            payload_type = line[len("a=rtpmap:") :].split(" ", 1)[0]
            if payload_type in video - told:
                result.append(f"a=fmtp:{payload_type} {hint}")
    return "\r\n".join(result) + "\r\n"


def _video_codecs(lines: Iterable[str]) -> list[tuple[str, str]]:
    """(payload type, encoding name) of the video section."""
    found = []
    video = False
    for line in lines:
        if line.startswith("m="):
            video = line.startswith("m=video")
        elif video and line.startswith("a=rtpmap:"):
            payload_type, _, rest = line[len("a=rtpmap:") :].partition(" ")
            found.append((payload_type, rest.partition("/")[0]))
    return found
