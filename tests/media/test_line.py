"""When a viewer's line is given up."""

from __future__ import annotations

from server.media.line import SKIPS_MOST, Line


def watched(line: Line, seconds: int, lost: float | None, from_s: int = 0) -> list[str]:
    """30 frames and one report a second; what is judged at the end of each second."""
    found: list[str] = []
    for second in range(from_s, from_s + seconds):
        for frame in range(30):
            line.sent(second + frame / 30)
        if lost is not None:
            line.report(second + 0.99, lost)
        verdict = line.judge(second + 1.0)
        if verdict == "skip":
            line.skipped(second + 1.0)
        found.append(verdict)
    return found


def test_a_line_that_loses_what_can_be_sent_again_is_well() -> None:
    assert set(watched(Line(), 60, 0.1)) == {"well"}


def test_a_full_line_skips_and_is_given_up_when_it_stays_full() -> None:
    verdicts = watched(Line(), 40, 0.5)
    assert verdicts.count("skip") >= SKIPS_MOST
    assert verdicts.index("too-slow") <= 30
    assert verdicts[0] == "well", "one report is no reason"


def test_a_line_that_was_full_once_is_kept() -> None:
    line = Line()
    assert "skip" in watched(line, 4, 0.5)
    assert set(watched(line, 120, 0.0, from_s=4)) == {"well"}


def test_who_reports_nothing_does_not_read() -> None:
    line = Line()
    watched(line, 5, 0.0)
    verdicts = watched(line, 20, None, from_s=5)
    assert verdicts.index("silent") in range(9, 13)


def test_while_nothing_is_sent_there_is_nothing_to_report() -> None:
    line = Line()
    watched(line, 5, 0.0)
    assert line.judge(60.0) == "well"
    assert set(watched(line, 8, None, from_s=60)) == {"well"}, "time to report anew"
