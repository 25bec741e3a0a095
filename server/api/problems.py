"""The one place where errors become `application/problem+json`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from server.gamelog.log import LogUnavailable
from server.problems import Problem

MEDIA_TYPE = "application/problem+json"

_STATUS_TYPES = {
    400: "malformed-request",
    401: "token-missing",
    403: "token-refused",
    404: "not-found",
    405: "method-not-allowed",
    411: "length-required",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
}


def problem_response(problem: Problem) -> JSONResponse:
    """A problem as the answer of a request. Never stored by a cache."""
    document = problem.document()
    document.setdefault("title", _title(problem.status))
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(
        document, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Every error of every route leaves as a problem document."""
    for kind in (Problem, HTTPException, RequestValidationError, LogUnavailable, Exception):
        app.add_exception_handler(kind, _answer)


def as_problem(error: Exception) -> Problem:
    """What a client is told about any exception."""
    match error:
        case Problem():
            return error
        case HTTPException():
            return from_http_exception(error)
        case RequestValidationError():
            return from_validation_error(error)
        case LogUnavailable():
            detail = "The database does not answer. Nothing is lost; send it again."
            return Problem(503, "log-unavailable", detail, {"Retry-After": "2"})
    # Starlette raises it again after the answer, so that the server logs the trace; the
    # client learns nothing about our insides.
    return Problem(500, "internal-error", "The server failed and logged it. Try again.")


async def _answer(connection: HTTPConnection, error: Exception) -> Response:
    response = problem_response(as_problem(error))
    if isinstance(connection, WebSocket):
        # Before the handshake a socket can still be answered with a plain HTTP response.
        await connection.send_denial_response(response)
    elif isinstance(connection, Request) and connection.method == "HEAD":
        response.body = b""
    return response


def from_http_exception(error: HTTPException) -> Problem:
    """What the framework itself refuses (404, 405, a broken body) in our words."""
    kind = _STATUS_TYPES.get(error.status_code, f"http-{error.status_code}")
    headers: Mapping[str, str] = error.headers or {}
    return Problem(error.status_code, kind, str(error.detail), dict(headers))


def from_validation_error(error: RequestValidationError) -> Problem:
    """422 with one line an error; the rejected input is not echoed, it may be a secret."""
    errors = [
        {"at": ".".join(str(part) for part in item["loc"]), "why": str(item["msg"])}
        for item in error.errors()
    ]
    first = errors[0] if errors else {"at": "body", "why": "unreadable"}
    detail = f"{first['at']}: {first['why']}"
    extra: dict[str, Any] = {"errors": errors[:20]}
    return Problem(422, "malformed", detail, extra=extra)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
