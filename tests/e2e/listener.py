"""A spectator made of code: everything that the live socket of a game said."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

Message = dict[str, Any]


class Listener:
    """Keeps the messages of `/live/{game}` as they come; use it in a `with`."""

    def __init__(self, url: str, game: str, token: str, since: str | None = None) -> None:
        address = f"{url.replace('http', 'ws', 1)}/live/{game}?token={token}"
        self._opened = ExitStack()
        self._connect = connect(address + (f"&since={since}" if since else ""), max_size=2**24)
        self._new = threading.Condition()
        self.messages: list[Message] = []
        self._thread = threading.Thread(target=self._read, name="listener")

    def _read(self) -> None:
        try:
            for text in self._socket:
                with self._new:
                    self.messages.append(json.loads(text))
                    self._new.notify_all()
        except ConnectionClosed:
            return  # a server that was killed says nothing more

    def __enter__(self) -> Self:
        self._socket = self._opened.enter_context(self._connect)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()
        self._thread.join(10)

    def of(self, kind: str) -> list[Message]:
        """Those of one type so far, oldest first."""
        with self._new:
            return [m for m in self.messages if m["type"] == kind]

    def wait(self, kind: str, timeout_s: float = 20.0, **fields: Any) -> Message:
        """The first message of a type with these fields; waits for it."""
        deadline = time.monotonic() + timeout_s
        with self._new:
            while True:
                for message in self.messages:
                    if message["type"] == kind and fields.items() <= message.items():
                        return message
                left = deadline - time.monotonic()
                if left <= 0 or not self._new.wait(left):
                    seen = [m["type"] for m in self.messages]
                    raise AssertionError(f"no {kind} {fields} in {timeout_s} s; saw {seen[-20:]}")

    def entries(self) -> list[Message]:
        """Every entry of every update, in the order in which they came."""
        return [entry for update in self.of("update") for entry in update["entries"]]
