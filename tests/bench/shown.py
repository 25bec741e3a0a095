"""How old the pictures of the test card are that Chromium shows."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page

SETTLE_S = 4.0

# Reads the code of server/ingest/testcard.py: 24 columns, 2 rows, in the upper fifth. The middle
# of each cell is enough where nothing is lost; a wrong reading is off by hours and left out.
READER = """function readCard(video, from = 0) {
  const canvas = new OffscreenCanvas(240, 20);
  const drawing = canvas.getContext("2d", {willReadFrequently: true});
  window.ages ??= [];
  const each = () => {
    window.first ??= performance.now() - from;
    const now = performance.timeOrigin + performance.now();
    drawing.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 5, 0, 0, 240, 20);
    const {data} = drawing.getImageData(0, 0, 240, 20);
    let number = 0;
    for (let bit = 0; bit < 32; bit++) {
      const x = 10 * (bit % 24) + 5, y = 10 * Math.floor(bit / 24) + 5;
      number = number * 2 + (data[4 * (240 * y + x)] > 128 ? 1 : 0);
    }
    const age = (((now - number) % 2 ** 32) + 2 ** 32) % 2 ** 32;
    if (age < 60000) window.ages.push(age);
    video.requestVideoFrameCallback(each);
  };
  video.requestVideoFrameCallback(each);
}
"""


async def shown_on(page: Page, seconds: float) -> tuple[list[float], float]:
    """Of a page on which readCard() reads: the age in ms of each picture of so many seconds, and
    when the first one came (ms since `from`)."""
    await page.wait_for_function("window.ages?.length > 0", timeout=60_000)
    await asyncio.sleep(SETTLE_S)
    await page.evaluate("window.ages.length = 0")
    await asyncio.sleep(seconds)
    ages: list[float] = await page.evaluate("window.ages")
    first_ms: float = await page.evaluate("window.first")
    return ages, first_ms


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]
