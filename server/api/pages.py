"""The pages and what they load, as `web_client` brings them."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, Request, Response

import web_client
from server.problems import Problem

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


def router() -> APIRouter:
    """Pages (`/`, `/desk/{game}`, ...), their assets and robots.txt. No token: pages are the
    same for everyone, what they show is asked for with the token that the browser holds."""
    pages = APIRouter(include_in_schema=False)
    for route, path in web_client.PAGES.items():
        if path.is_file():
            pages.add_api_route(route, _page(path), methods=["GET", "HEAD"])

    @pages.api_route(web_client.ASSETS + "/{name}", methods=["GET", "HEAD"])
    def asset(request: Request, name: str) -> Response:
        path = web_client.asset(name)
        if path is None:
            raise Problem(404, "not-found", f"There is no file {name!r} here.")
        return _file(request, path)

    @pages.get("/robots.txt")
    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")

    return pages


def _page(path: Path) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        return _file(request, path)

    return page


def _file(request: Request, path: Path) -> Response:
    """A file with a tag made from its content, so that an unchanged one is a 304."""
    content = path.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    headers = {**web_client.HEADERS, "ETag": tag}
    held = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    if tag in held or f"W/{tag}" in held:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=_TYPES[path.suffix])
