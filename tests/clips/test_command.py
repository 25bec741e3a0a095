"""`courtside clips` asks a server that answers over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from tests.clips import film
from tests.clips.conftest import ADMIN_TOKEN, Process, Recording, Site
from tests.relay import serving

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")


class Shell:
    """Runs `courtside clips` against the site. tokens: of the game."""

    def __init__(self, url: str, tokens: dict[str, str]) -> None:
        self._url, self._tokens = url, tokens

    async def run(self, *words: str, role: str = "desk") -> Result:
        env = {
            "COURTSIDE_URL": self._url,
            "COURTSIDE_TOKEN": self._tokens[role],
            "COURTSIDE_ADMIN_TOKEN": ADMIN_TOKEN,
        }
        return await asyncio.to_thread(CliRunner().invoke, main, ["clips", *words], env=env)


@pytest.fixture
async def shell(site: Site) -> AsyncIterator[Shell]:
    async with serving(site.app) as url:
        yield Shell(url, site.tokens)


async def test_clips_are_listed_and_passed_on(process: Process, shell: Shell) -> None:
    steal = await process.say("steal", 14.0, team="home", player="7")
    await process.settled(steal)
    listed = await shell.run("list", "g1", "--type", "steal", role="watch")
    assert listed.stdout.split(maxsplit=4)[:4] == [str(steal), "ready", "10", "s"]
    assert "Lions #7 Ann" in listed.stdout
    plain = json.loads((await shell.run("list", "g1", "--json")).stdout)
    assert [clip["seq"] for clip in plain["clips"]] == [steal]
    for words in ([str(steal)], ["--player", "home-7"]):
        shared = await shell.run("share", "g1", *words)
        assert shared.stdout.startswith("http://127.0.0.1:"), shared.output
        assert "/clip/g1?share=" in shared.stdout


async def test_any_seconds_are_cut_into_a_file(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "cut.mp4"
    done = await shell.run("cut", "g1", "12", "15", "-o", str(file))
    assert done.exit_code == 0, done.output
    assert film.numbers(file.read_bytes()) == list(range(12 * film.FPS, 15 * film.FPS))
    refused = await shell.run("cut", "g1", "15", "12", "-o", str(file))
    assert (refused.exit_code, "422" in refused.stderr) == (2, True)
    assert (await shell.run("cut", "g1", "1", "2", "-o", str(tmp_path / "no" / "x"))).exit_code == 2


async def test_what_failed_is_listed_and_tried_again(
    process: Process, shell: Shell, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.clips.jobs.TRIES", 1)
    recording.broken = 1
    seq = await process.say("steal", 14.0, team="home", player="8")
    await process.settled(seq, "failed")
    failed = await shell.run("failed")
    assert failed.stdout.split(maxsplit=2)[:2] == ["g1", str(seq)]
    assert (await shell.run("retry", "g1", str(seq))).stdout == "1 to be tried again\n"
    await process.settled(seq)
    assert json.loads((await shell.run("retry", "--json")).stdout) == {"retried": 0}
