"""SDP over HTTP: what WHIP (RFC 9725) and WHEP have in common.

A POST of an offer makes a session, PATCH adds its candidates, DELETE ends it.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Awaitable, Callable
from typing import Protocol

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect, HTTPConnection

from server.ingest import offer, sdpfrag
from server.ingest.ice import IceSettings
from server.ingest.registry import Answer, S
from server.problems import Problem

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
MAIN = "main"
BODY_TIMEOUT_S = 10.0
NAME = re.compile(r"[a-z0-9-]{1,32}")
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch, Retry-After, "
    "WWW-Authenticate",
}
PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Max-Age": "86400",
}
ENDPOINT_METHODS = "OPTIONS, GET, POST"
SESSION_METHODS = "OPTIONS, GET, PATCH, DELETE"

# Raises Problem 401 or 403; what it returns about the caller is not needed here.
Authorize = Callable[[HTTPConnection, str, str], Awaitable[object]]
Handler = Callable[..., Awaitable[Response]]


class Sessions(Protocol[S]):
    """Who keeps the sessions. All raise Problem."""

    @property
    def ice(self) -> IceSettings: ...
    def session(self, game: str, camera: str, session_id: str) -> S: ...
    async def trickle(self, session: S, fragment: sdpfrag.Fragment) -> None: ...
    def end(self, session: S) -> None: ...


def router(
    name: str,
    role: str,
    sessions: Sessions[S],
    begin: Callable[[str, str, bytes], Awaitable[Answer[S]]],
    authorize: Authorize,
) -> APIRouter:
    """POST, GET and OPTIONS on /NAME/GAME[/CAMERA]; PATCH, DELETE, GET and OPTIONS on a session.

    authorize(connection, game, role) is asked before a body is read. begin(game, camera, offer)
    answers an offer.
    """
    routes = APIRouter(tags=[name])

    async def post(request: Request, game: str, camera: str = MAIN) -> Response:
        _check_names(game, camera)
        await authorize(request, game, role)
        _check_type(request, SDP, 415)
        _check_accept(request)
        answer = await begin(game, camera, await _body(request, offer.MOST_BYTES))
        root = request.scope.get("root_path", "")
        response = Response(
            answer.sdp,
            201,
            {
                **CORS,
                "Location": f"{root}/{name}/{game}/{camera}/{answer.session.id}",
                "ETag": answer.session.etag,
                "Accept-Patch": FRAGMENT,
                "Cache-Control": "no-store",
            },
            SDP,
        )
        for link in sessions.ice.links():
            response.headers.append("Link", link)
        return response

    async def trickle(request: Request, game: str, camera: str, session: str) -> Response:
        _check_names(game, camera)
        await authorize(request, game, role)
        found = sessions.session(game, camera, session)
        _check_type(request, FRAGMENT, 415)
        tags = request.headers.get("if-match")
        if tags is None:
            raise Problem(428, "if-match-missing", "PATCH needs If-Match with the session's ETag.")
        if tags.strip() != "*" and found.etag not in [t.strip() for t in tags.split(",")]:
            raise Problem(412, "stale-etag", "If-Match is not this session's ETag.")
        fragment = sdpfrag.read_fragment(await _body(request, sdpfrag.MOST_BYTES))
        await sessions.trickle(found, fragment)
        return Response(None, 204, CORS)

    async def stop(request: Request, game: str, camera: str, session: str) -> Response:
        _check_names(game, camera)
        await authorize(request, game, role)
        sessions.end(sessions.session(game, camera, session))
        return Response(None, 200, CORS)

    async def look(game: str, camera: str, session: str) -> Response:
        # The address is a secret of the client's, and nothing is told.
        _check_names(game, camera)
        sessions.session(game, camera, session)
        return Response(None, 204, CORS)

    async def endpoint(game: str, camera: str = MAIN) -> Response:
        _check_names(game, camera)
        return Response(None, 204, {**CORS, "Accept-Post": SDP, "Allow": ENDPOINT_METHODS})

    async def endpoint_options(request: Request, game: str, camera: str = MAIN) -> Response:
        _check_names(game, camera)
        headers = {"Accept-Post": SDP, "Allow": ENDPOINT_METHODS}
        # Browsers ask for the session's methods at the session; some clients ask here.
        methods = {"Access-Control-Allow-Methods": "OPTIONS, GET, POST, PATCH, DELETE"}
        response = Response(None, 204, {**PREFLIGHT, **methods, **headers})
        for link in await links_for(request, game):
            response.headers.append("Link", link)
        return response

    async def links_for(request: Request, game: str) -> list[str]:
        """ICE servers, whose passwords a browser's preflight (without a token) does not get."""
        if not sessions.ice.servers:
            return []
        try:
            await authorize(request, game, role)
        except Problem:
            return []
        return sessions.ice.links()

    async def session_options(game: str, camera: str, session: str) -> Response:
        _check_names(game, camera)
        headers = {"Accept-Patch": FRAGMENT, "Allow": SESSION_METHODS}
        methods = {"Access-Control-Allow-Methods": SESSION_METHODS}
        return Response(None, 204, {**PREFLIGHT, **methods, **headers})

    def add(path: str, handler: Handler, method: str) -> None:
        # One name for each, because two rooms have the same handlers.
        routes.add_api_route(
            path,
            _readable(handler),
            methods=[method],
            response_class=Response,
            name=f"{name} {handler.__name__}",
        )

    for path in (f"/{name}/{{game}}", f"/{name}/{{game}}/{{camera}}"):
        add(path, post, "POST")
        add(path, endpoint, "GET")
        add(path, endpoint_options, "OPTIONS")
    path = f"/{name}/{{game}}/{{camera}}/{{session}}"
    add(path, trickle, "PATCH")
    add(path, stop, "DELETE")
    add(path, look, "GET")
    add(path, session_options, "OPTIONS")
    return routes


def _readable(handler: Handler) -> Handler:
    """Pages of other origins may read our refusals as well."""

    @functools.wraps(handler)
    async def guarded(*args: object, **kwargs: object) -> Response:
        try:
            return await handler(*args, **kwargs)
        except Problem as problem:
            problem.headers = {**CORS, **problem.headers}
            raise

    return guarded


def _check_names(game: str, camera: str) -> None:
    if not NAME.fullmatch(game) or not NAME.fullmatch(camera):
        raise Problem(404, "not-found", "Names are 1 to 32 of a-z, 0-9 and the hyphen.")


def _check_type(request: Request, wanted: str, status: int) -> None:
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != wanted:
        raise Problem(status, "unsupported-media-type", f"Send {wanted}.", {"Accept-Post": wanted})


def _check_accept(request: Request) -> None:
    """An answer is SDP; who can read none of it would wait for nothing."""
    ranges = request.headers.get("accept", "*/*").lower().split(",")
    kinds = {r.partition(";")[0].strip() for r in ranges}
    if not kinds & {SDP, "application/*", "*/*", ""}:
        raise Problem(406, "not-acceptable", f"The answer is {SDP}; Accept leaves it out.")


async def _body(request: Request, most: int) -> bytes:
    """Raises Problem 413 as soon as it is too long, 408 when it does not come."""
    too_large = Problem(413, "too-large", f"At most {most} bytes, please.")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:12]) > most:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise too_large
    except TimeoutError as error:
        raise Problem(408, "too-slow", "The body did not come in time.") from error
    except ClientDisconnect as error:
        raise Problem(400, "incomplete", "The request ended early.") from error
    return bytes(body)
