"""Trickled ICE candidates (RFC 8840), as WHIP sends them in a PATCH."""

from __future__ import annotations

from dataclasses import dataclass

from server.ingest.offer import ICE_TOKEN, MOST_CANDIDATES, usable_candidate
from server.problems import Problem

MOST_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Fragment:
    """ufrag, password: of the publisher's ICE generation, None when not said.

    candidates: values of the candidate lines that we can use, in order.
    ended: no more will come.
    """

    ufrag: str | None
    password: str | None
    candidates: tuple[str, ...]
    ended: bool


def read_fragment(body: bytes) -> Fragment:
    """Raises Problem 400 for what is no fragment."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "malformed-fragment", "The fragment is not UTF-8 text.") from error
    ufrag = password = None
    candidates: list[str] = []
    ended = False
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise Problem(400, "malformed-fragment", "The fragment is empty.")
    for line in lines:
        if not line.startswith(("a=", "m=", "c=", "b=", "i=", "k=")):
            raise Problem(400, "malformed-fragment", f"This is no SDP line: {line[:80]!r}")
        name, _, value = line[2:].strip().partition(":")
        if line.startswith("m="):
            continue
        if name == "ice-ufrag":
            ufrag = _token(name, value, 4)
        elif name == "ice-pwd":
            password = _token(name, value, 22)
        elif name == "end-of-candidates":
            ended = True
        elif name == "candidate":
            if len(value.split()) < 8:
                raise Problem(400, "malformed-fragment", f"Half a candidate: {value[:80]!r}")
            if usable_candidate(value) and len(candidates) < MOST_CANDIDATES:
                candidates.append(value)
    return Fragment(ufrag, password, tuple(candidates), ended)


def _token(name: str, value: str, least: int) -> str:
    if not (least <= len(value) <= 256 and ICE_TOKEN.fullmatch(value)):
        raise Problem(400, "malformed-fragment", f"{name} has no legal value.")
    return value
