"""Firefox without a window, driven by WebDriver BiDi.

Debian's own Firefox speaks that protocol over a WebSocket; Playwright drives builds of its own.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.support import need

START_S = 60.0
ANSWER_S = 30.0
# It asks nobody, films its own test picture, and calls no one outside.
PREFERENCES: dict[str, bool | int] = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "media.gmp-manager.updateEnabled": False,
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Firefox:
    """A running Firefox. complaints: warnings and errors of its pages' consoles."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._last_id = 0
        self.complaints: list[str] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command.

        @raises RuntimeError: Firefox refuses it. @raises TimeoutError: no answer in ANSWER_S.
        """
        self._last_id += 1
        self._line.send(json.dumps({"id": self._last_id, "method": method, "params": params}))
        while True:
            message: dict[str, Any] = json.loads(self._line.recv(ANSWER_S))
            if message["type"] == "event":
                self._heard(message["params"])
            elif message["type"] == "error":
                raise RuntimeError(f"{method}: {message['message']}")
            elif message["id"] == self._last_id:
                result: dict[str, Any] = message["result"]
                return result

    def open(self, url: str) -> Page:
        """A page in a window of its own, as large as a phone's."""
        context = self.send("browsingContext.create", type="window")["context"]
        viewport = {"width": 390, "height": 844}
        self.send("browsingContext.setViewport", context=context, viewport=viewport)
        self.send("browsingContext.navigate", context=context, url=url, wait="complete")
        return Page(self, context)

    def _heard(self, entry: dict[str, Any]) -> None:
        if entry["level"] in ("warn", "error"):
            self.complaints.append(entry["text"])


class Page:
    """A page of Firefox."""

    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox = firefox
        self._context = context

    def evaluate(self, expression: str) -> Any:
        """What a JavaScript expression is, as JSON has it. @raises AssertionError: it throws."""
        answer = self._firefox.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])

    def until(self, expression: str, timeout_s: float = 20.0) -> Any:
        """The expression's value once it is true. @raises AssertionError: not within that time."""
        ends = time.monotonic() + timeout_s
        while not (value := self.evaluate(expression)):
            assert time.monotonic() < ends, expression
            time.sleep(0.05)
        return value

    def click(self, selector: str) -> None:
        """Press the mouse in the middle of the first such element, once it can be pressed."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.until(f"{element}?.checkVisibility() && !{element}.disabled")
        self.evaluate(f"{element}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        css = {"type": "css", "value": selector}
        found = self._send("browsingContext.locateNodes", locator=css, maxNodeCount=1)["nodes"][0]
        # Firefox looks where it is at that moment: a page may still be moving.
        middle = {"type": "element", "element": {"sharedId": found["sharedId"]}}
        press = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": middle},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": press}
        self._send("input.performActions", actions=[mouse])

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        return self._firefox.send(method, context=self._context, **params)


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Firefox with a new profile in an empty folder; the test is skipped where there is none."""
    program = need("firefox-esr")
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines))
    options = ("--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0")
    log = profile / "firefox.log"
    with log.open("w") as out:
        process = subprocess.Popen([program, *options], stdout=out, stderr=out)
    try:
        # While its tabs work it may be late with a pong; a command has a time limit of its own.
        with connect(f"{_address(log)}/session", max_size=None, ping_interval=None) as line:
            yield Firefox(line)
    finally:
        process.kill()
        process.wait()


def _address(log: Path) -> str:
    """Where it listens, as soon as it says so."""
    ends = time.monotonic() + START_S
    while time.monotonic() < ends:
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)\n", log.read_text()):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"Firefox does not listen: {log.read_text()}")
