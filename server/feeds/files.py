"""The files of a feed: read whole, and every error named by the file that has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.feeds.told import FeedError


def read_json(path: Path) -> Any:
    """The document in a file. FeedError when it is missing, cut off or no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise FeedError(f"{path} is missing") from error
    except (OSError, ValueError, RecursionError) as error:
        raise FeedError(
            f"{path} is not readable JSON ({error}); it may be cut off, so fetch it again"
        ) from error


@contextmanager
def of(path: Path, feed: str) -> Iterator[None]:
    """While the document of `path` is read: what is not as the feed writes it is a FeedError."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        why = f"{type(error).__name__}: {error}"
        raise FeedError(
            f"{path} is not what {feed} writes there ({why}); fetch the file again, or name "
            "the feed that it is from"
        ) from error


def listed(value: Any) -> list[Any]:
    """A list of objects. TypeError for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError("there is no list of plays")
    return value


def once(items: list[Any]) -> list[Any]:
    """The items without exact repetitions: some files have a row twice."""
    seen: set[str] = set()
    found = []
    for item in items:
        text = json.dumps(item, sort_keys=True)
        if text not in seen:
            seen.add(text)
            found.append(item)
    return found
