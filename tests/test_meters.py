from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from server.meters import Meters


def samples(meters: Meters) -> dict[str, float]:
    """name{labels} -> value, as a scraper reads the page."""
    page = meters.exposition().decode()
    return {
        sample.name + "".join(f",{k}={v}" for k, v in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_what_is_told_is_on_the_page() -> None:
    meters = Meters()
    meters.batch_looked(3, 0.04)
    meters.frame_seen(("game-1", "main"), 0.08, 0.04)
    meters.frames_dropped(("game-1", "main"), 2)
    meters.stage_took("convert", 0.003)
    meters.stage_took("convert", 0.3)
    meters.plan_changed()
    meters.request("POST", 201)
    meters.gauges(lambda: {"viewers": ("Viewers", 5, {}), "device": ("Device", 1, {"got": "cpu"})})
    page = samples(meters)
    assert page["courtside_pictures_looked_total"] == 3
    assert page["courtside_batch_pictures_bucket,le=3.0"] == 1
    assert page["courtside_batch_pictures_bucket,le=2.0"] == 0
    assert page["courtside_frames_seen_total"] == 1
    assert page["courtside_frames_dropped_total"] == 2
    assert page["courtside_frame_age_seconds_count"] == 1
    assert page["courtside_stage_seconds_count,stage=convert"] == 2
    assert page["courtside_stage_seconds_bucket,le=0.005,stage=convert"] == 1
    assert page["courtside_plans_changed_total"] == 1
    assert page["courtside_http_requests_total,method=POST,status=201"] == 1
    assert page["courtside_viewers"] == 5
    assert page["courtside_device,got=cpu"] == 1


def test_no_game_is_named_and_the_page_does_not_grow_with_games() -> None:
    meters = Meters()
    sizes = []
    for game in range(50):
        meters.frame_seen((f"secret-{game}", "main"), 0.1, 0.1)
        meters.frames_dropped((f"secret-{game}", "main"), 1)
        sizes.append(len(samples(meters)))
    assert len(set(sizes)) == 1
    assert b"secret" not in meters.exposition()
