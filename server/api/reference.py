"""The API as a page: made here from the OpenAPI document, no script from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse

import web_client

_METHODS = ("get", "post", "patch", "delete", "options")


def router(document: Callable[[], dict[str, Any]]) -> APIRouter:
    """`/api`. document: gives the OpenAPI document."""
    reference = APIRouter(include_in_schema=False)

    @reference.get("/api", response_class=HTMLResponse)
    async def page() -> HTMLResponse:
        return HTMLResponse(render(document()), headers=dict(web_client.HEADERS))

    return reference


def render(document: dict[str, Any]) -> str:
    """An OpenAPI document as plain HTML, one section an address."""
    title = escape(document["info"]["title"])
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title} API</title>",
        f'<link rel="stylesheet" href="{web_client.ASSETS}/base.css"></head><body><main>',
        f"<h1>{title} API {escape(document['info']['version'])}</h1>",
        f"<p>{escape(document['info'].get('description', ''))}</p>",
        "<p>Send a token as <code>Authorization: Bearer TOKEN</code> or "
        "<code>?token=TOKEN</code>. The same as JSON: "
        '<a href="/api/v1/openapi.json">openapi.json</a>.</p>',
    ]
    sections = [
        _operation(path, method, methods[method])
        for path, methods in document["paths"].items()
        for method in _METHODS
        if method in methods
    ]
    return "".join([*parts, *sections, "</main></body></html>"])


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    parts = [f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"]
    parts.append(f"<p>{escape(operation.get('description', ''))}</p>")
    asked = [p for p in operation.get("parameters", ()) if p["in"] == "query"]
    if asked:
        names = ", ".join(f"<code>{escape(p['name'])}</code>" for p in asked)
        parts.append(f"<p>Query: {names}</p>")
    body = operation.get("requestBody")
    if body is not None:
        parts.append(f"<p>Body. {escape(body.get('description', ''))}</p>")
        for content in body["content"].values():
            if "example" in content:
                example = json.dumps(content["example"], indent=2, ensure_ascii=False)
                parts.append(f"<pre>{escape(example)}</pre>")
    answers = ", ".join(
        f"{escape(status)} {escape(answer.get('description', ''))}"
        for status, answer in operation.get("responses", {}).items()
    )
    parts.append(f"<p>Answers: {answers}</p></section>")
    return "".join(parts)
