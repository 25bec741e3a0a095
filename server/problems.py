"""Errors that reach a client, as RFC 9457 problem documents.

Rooms raise `Problem`; `server/api` maps it to `application/problem+json` in one place.
`type` is a short stable word that a program can test (`call-id-reused`, `unknown-player`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Problem(Exception):  # noqa: N818  (the RFC's own word)
    """A refusal that says what happened and what to do.

    status: HTTP status. type: stable word. detail: a sentence for a person.
    headers: extra response headers. extra: further members of the document.
    """

    status: int
    type: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.type}: {self.detail}"

    def document(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"type": self.type, "status": self.status, "detail": self.detail, **self.extra}
