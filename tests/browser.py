"""How headless Chromium is started for tests."""

from __future__ import annotations

# It asks nobody, films its own test picture, and calls no one outside.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
