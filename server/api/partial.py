"""Conditional and partial requests for files (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def is_known(request: Request, etag: str) -> bool:
    """Does the client have what bears this tag?"""
    tags = request.headers.get("if-none-match", "")
    return etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]


def choose(response: Response, request: Request, etag: str, size: int) -> tuple[int, int]:
    """What is asked for of a file of `size` bytes: the first byte, and how many.

    Sets the response's status (200, 206, 304, 416) and the headers that go with it.
    """
    response.headers.update({"Accept-Ranges": "bytes", "ETag": etag})
    if is_known(request, etag):
        response.status_code = 304
        del response.headers["content-length"]
        return 0, 0
    asked = request.headers.get("range")
    span = None
    if asked is not None and request.headers.get("if-range", etag) == etag:
        span = _span(asked, size)
    first, last = (0, size - 1) if span is None else span
    if span is not None and first > last:
        response.status_code = 416
        response.headers.update({"Content-Range": f"bytes */{size}", "Content-Length": "0"})
        return 0, 0
    if span is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    length = last - first + 1
    response.headers["Content-Length"] = str(length)
    return first, length


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte, the last before the first where there is none of them; None for
    several ranges, or another unit: the whole is a right answer."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first_text, last_text = found.groups()
    if not first_text:
        return max(0, size - int(last_text)), size - 1
    if last_text and int(last_text) < int(first_text):
        return None
    return int(first_text), min(int(last_text or size), size - 1)
