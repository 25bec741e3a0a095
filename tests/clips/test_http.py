"""Clips over HTTP: who may see what, files and ranges, shares, what failed."""

from __future__ import annotations

import pytest

from tests.clips import film
from tests.clips.conftest import Process, Recording, Site

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")

PATH = "/api/v1/games/g1/clips"


async def basket(process: Process, at_s: float = 21.0) -> int:
    shot = {"team": "home", "player": "7", "value": 3, "made": True}
    seq = await process.say("field_goal", at_s, **shot)
    await process.settled(seq)
    return seq


async def test_the_list_has_links_that_open_without_a_token(process: Process, site: Site) -> None:
    seq = await basket(process)
    steal = await process.say("steal", 10.0, team="away", player="4")
    await process.settled(steal)
    listed = (await site.watch.get(PATH, params={"player": "home-7"})).json()
    [clip] = listed["clips"]
    assert (clip["seq"], clip["status"], clip["value"]) == (seq, "ready", 3)
    assert clip["label"] == "Q1 10:00 Lions #7 Ann makes a three (3-0)"
    assert clip["moment_s"] == pytest.approx(21 - 14)
    got = await site.nobody.get(clip["url"])
    assert (got.status_code, got.headers["content-type"]) == (200, "video/mp4")
    assert len(film.numbers(got.content)) == round(clip["duration_s"] * film.FPS)
    assert (await site.nobody.get(clip["thumbnail"])).headers["content-type"] == "image/jpeg"
    steals = (await site.watch.get(f"{PATH}?type=steal")).json()["clips"]
    assert [clip["seq"] for clip in steals] == [steal]
    assert (await site.watch.get(f"{PATH}?type=dunk")).status_code == 422
    assert (await site.nobody.get(PATH)).status_code == 401
    assert (await site.nobody.get(f"{PATH}/{seq}.mp4")).status_code == 401


async def test_players_ask_for_ranges(process: Process, site: Site) -> None:
    seq = await basket(process)
    whole = (await site.watch.get(f"{PATH}/{seq}.mp4")).content
    part = await site.watch.get(f"{PATH}/{seq}.mp4", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    tail = await site.watch.get(f"{PATH}/{seq}.mp4", headers={"Range": "bytes=-5"})
    assert tail.content == whole[-5:]
    beyond = await site.watch.get(f"{PATH}/{seq}.mp4", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416
    odd = await site.watch.get(f"{PATH}/{seq}.mp4", headers={"Range": "bytes=9-3,x"})
    assert odd.content == whole
    known = {"If-None-Match": part.headers["etag"]}
    assert (await site.watch.get(f"{PATH}/{seq}.mp4", headers=known)).status_code == 304
    head = await site.watch.head(f"{PATH}/{seq}.mp4?download=1")
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole))
    name = 'attachment; filename="Q1-10-00-Lions-7-Ann-makes-a-three-3-0.mp4"'
    assert head.headers["content-disposition"] == name


async def test_a_reel_in_one_request(process: Process, site: Site) -> None:
    await basket(process)
    await process.settled(await process.say("block", 34.0, team="home", player="7"))
    reel = await site.watch.get(f"{PATH}/reel.mp4", params={"player": "home-7"})
    assert len(film.numbers(reel.content)) == (25 - 14 + 38 - 28) * film.FPS
    contents = (await site.watch.get(f"{PATH}/reel?player=home-7")).json()
    assert [scene["start_s"] for scene in contents["scenes"]] == [0, pytest.approx(11, abs=0.01)]
    assert contents["left_out"] == []
    chapters = await site.watch.get(f"{PATH}/reel.vtt?player=home-7")
    assert chapters.headers["content-type"] == "text/vtt; charset=utf-8"
    assert "Ann: block" in chapters.text
    assert (await site.watch.get(f"{PATH}/reel.mp4?player=away-4")).json()["type"] == "no-clips"


async def test_a_share_shows_one_thing_to_anybody_until_it_is_revoked(
    process: Process, site: Site
) -> None:
    seq = await basket(process)
    other = await process.say("block", 34.0, team="home", player="7")
    await process.settled(other)
    assert (await site.watch.post(f"{PATH}/share", json={"seq": seq})).status_code == 403
    made = (await site.desk.post(f"{PATH}/share", json={"seq": seq})).json()
    assert made["link"] == f"http://court/clip/g1?share={made['share']}"
    shown = (await site.nobody.get(f"{PATH}/shared", params={"share": made["share"]})).json()
    assert (shown["title"], shown["kind"]) == ("Lions – Bears", "clip")
    assert (await site.nobody.get(shown["url"])).status_code == 200
    elsewhere = await site.nobody.get(f"{PATH}/{other}.mp4", params={"share": made["share"]})
    assert elsewhere.json()["type"] == "share-refused"
    assert (await site.client(made["share"]).get(PATH)).status_code == 401
    reel = (await site.desk.post(f"{PATH}/share", json={"player": "home-7"})).json()
    shown_reel = (await site.nobody.get(f"{PATH}/shared?share={reel['share']}")).json()
    assert shown_reel["label"] == "Lions #7 Ann: 2 clips"
    assert (await site.nobody.get(shown_reel["url"])).status_code == 200
    assert (await site.nobody.get(shown_reel["chapters"])).status_code == 200
    await process.scorer.revoke_tokens("g1")
    assert (await site.nobody.get(shown["url"])).json()["type"] == "share-refused"


async def test_who_may_share_is_a_rule_of_the_game(process: Process, site: Site) -> None:
    await basket(process)
    for rule, watch, desk in (("watch", 201, 201), ("nobody", 403, 403)):
        await process.scorer.patch_game("g1", {"clips": {"share": rule}}, "desk")
        assert (await site.watch.post(f"{PATH}/share", json={})).status_code == watch
        assert (await site.desk.post(f"{PATH}/share", json={})).status_code == desk


async def test_hidden_names_are_hidden_from_watchers_and_shares(
    process: Process, site: Site
) -> None:
    seq = await basket(process)
    await process.scorer.patch_game("g1", {"names_hidden": True}, "desk")
    share = (await site.desk.post(f"{PATH}/share", json={"seq": seq})).json()["share"]
    for client, address in (
        (site.watch, PATH),
        (site.nobody, f"{PATH}/shared?share={share}"),
        (site.watch, f"{PATH}/reel.vtt"),
        (site.watch, f"{PATH}/reel"),
    ):
        answer = await client.get(address)
        assert answer.status_code == 200
        assert "Ann" not in answer.text
    assert "Ann" in (await site.desk.get(PATH)).text


async def test_any_seconds_of_a_recording_for_the_desk(site: Site, recording: Recording) -> None:
    asked = f"{PATH}/range.mp4?from_s=11.5&to_s=15"
    got = await site.desk.get(asked)
    assert film.numbers(got.content) == list(range(10 * film.FPS, 15 * film.FPS))
    assert got.headers["content-disposition"] == 'attachment; filename="g1-main-10-15.mp4"'
    assert (await site.watch.get(asked)).status_code == 403
    for wrong in ("from_s=5&to_s=5", "from_s=0&to_s=61", "from_s=-1&to_s=5", "from_s=nan&to_s=5"):
        assert (await site.desk.get(f"{PATH}/range.mp4?{wrong}")).status_code == 422, wrong
    for nowhere in ("from_s=900&to_s=905", "from_s=1&to_s=5&camera=other"):
        answer = await site.desk.get(f"{PATH}/range.mp4?{nowhere}")
        assert (answer.status_code, answer.json()["type"]) == (404, "no-picture"), nowhere
    recording.broken = 1
    away = await site.desk.get(asked)
    assert (away.status_code, away.json()["type"]) == (503, "media-unavailable")
    assert away.headers["retry-after"] == "2"


async def test_nonsense_is_refused(site: Site) -> None:
    for body, status in (
        ([], 422), ({"seq": "1"}, 422), ({"seq": True}, 422), ({"seq": 2**40}, 422),
        ({"seq": 999}, 404), ({"player": "referee"}, 422), ({"player": 7}, 422),
        ({"type": "dunk"}, 422), ({"who": 1}, 422),
    ):  # fmt: skip
        assert (await site.desk.post(f"{PATH}/share", json=body)).status_code == status, body
    for name in ("0.mp4", "99999999999.mp4", "2.exe", "2.m3u8", "-1.jpg", "7.mp4"):
        assert (await site.desk.get(f"{PATH}/{name}")).json()["type"] == "unknown-clip", name
    for share in ("", "x", "x" * 2048, site.tokens["desk"]):
        answer = await site.nobody.get(f"{PATH}/shared", params={"share": share})
        assert answer.json()["type"] == "share-refused", share


async def test_what_failed_is_listed_and_tried_again(
    process: Process, site: Site, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.clips.jobs.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("server.clips.jobs.TRIES", 1)
    recording.broken = 1
    seq = await process.say("steal", 14.0, team="home", player="8")
    await process.settled(seq, "failed")
    assert (await site.desk.get("/api/v1/clips/failed")).status_code == 403
    [failed] = (await site.admin.get("/api/v1/clips/failed")).json()["failed"]
    assert (failed["seq"], failed["error"]) == (seq, "MediaUnavailable: the disk is asleep")
    none = await site.admin.post("/api/v1/clips/retry", json={"game_id": "g1", "seq": 999})
    assert none.json()["type"] == "unknown-clip"
    assert (await site.admin.post("/api/v1/clips/retry", json={})).json() == {"retried": 1}
    await process.settled(seq)
    ready = await site.admin.post("/api/v1/clips/retry", json={"game_id": "g1", "seq": seq})
    assert ready.json()["type"] == "clip-ready"
