"""A request body as JSON values, read strictly."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any

from fastapi import Depends, Request

from server.problems import Problem

LARGEST_INTEGER = 2**53
"""Above it readers of JSON do not agree on a number (RFC 8259, section 6)."""


async def _json_body(request: Request) -> Any:
    """The body's value. 415 unless it is called JSON (a form of another site cannot say so),
    422 when it is none: also NaN, a number beyond all reason, half a surrogate pair and endless
    nesting are refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Problem(415, "unsupported-media-type", "Send the body as application/json.")
    raw = await request.body()
    try:
        value = json.loads(raw, parse_int=_integer, parse_float=_float, parse_constant=_no_constant)
        if b"\\ud" in raw.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        why = "it nests too deeply" if isinstance(error, RecursionError) else str(error)
        raise Problem(422, "malformed", f"The body is not JSON: {why[:200]}") from error
    return value


def _integer(digits: str) -> int:
    value = int(digits)
    if abs(value) > LARGEST_INTEGER:
        raise ValueError(f"{digits[:20]}... is too large a number")
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"{digits[:20]} is too large a number")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


async def _optional_json_body(request: Request) -> Any:
    """The body's value, or None when there is no body."""
    return await _json_body(request) if await request.body() else None


JsonBody = Annotated[Any, Depends(_json_body)]
OptionalJsonBody = Annotated[Any, Depends(_optional_json_body)]


def describe_body(example: Any, about: str = "", *, required: bool = True) -> dict[str, Any]:
    """What the OpenAPI page says about a body that a room parses itself."""
    content = {"application/json": {"schema": {}, "example": example}}
    return {"requestBody": {"description": about, "required": required, "content": content}}
