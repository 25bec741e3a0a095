"""What commands ask a running server over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from server.commands.output import BAD_INPUT, CHECK_FAILED, MISSING, fail

if TYPE_CHECKING:
    import httpx

# Cutting out of a recording takes longer than any other answer.
_PATIENCE_S = 60.0

url_option = click.option(
    "--url",
    envvar="COURTSIDE_URL",
    show_envvar=True,
    default="http://127.0.0.1:8000",
    show_default=True,
    help="The server.",
)


def ask(
    method: str,
    url: str,
    path: str,
    token: str | None,
    *,
    params: Mapping[str, Any] | None = None,
    body: Any = None,
) -> httpx.Response:
    """The answer, if it is none of an error: else the command ends. Code 3 where no server
    answers, 2 for what the server refused, 1 for what it could not do."""
    import httpx

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.request(
            method,
            url.rstrip("/") + path,
            headers=headers,
            params={name: value for name, value in (params or {}).items() if value is not None},
            json=body,
            timeout=_PATIENCE_S,
        )
    except httpx.InvalidURL as error:
        fail(BAD_INPUT, f"--url {url}: {error}")
    except httpx.HTTPError as error:
        fail(MISSING, f"no server answers at {url} ({error}); start one with: courtside serve")
    if not answer.is_success:
        refused = BAD_INPUT if answer.status_code < 500 else CHECK_FAILED
        detail = json_of(answer, url).get("detail", "")
        fail(refused, f"the server refused ({answer.status_code}): {detail}")
    return answer


def json_of(answer: httpx.Response, url: str) -> dict[str, Any]:
    """The JSON object of an answer; the command ends with code 1 where there is none."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        fail(CHECK_FAILED, f"{url} answered {answer.status_code}, not as Courtside does")
    return found
