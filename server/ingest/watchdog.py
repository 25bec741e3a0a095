"""Looks at every publisher a few times a second: is it still there, does it send too much?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from server.clock import Clock
from server.ingest.session import Limits, Session, Status

TICK_S = 0.25
KEY_FRAME_AFTER_S = 0.5
COUNT_EVERY_S = 1.0


class Watchdog:
    """finish(session, why) ends one; say(session, status, why) tells of one that is lost or back;
    count(session) is called once a second, to keep count of its losses.

    aiortc notices a dead peer after 32 s; we look at packets and pictures.
    """

    def __init__(
        self,
        clock: Clock,
        limits: Limits,
        sessions: Callable[[], Sequence[Session]],
        *,
        finish: Callable[[Session, str], None],
        say: Callable[[Session, Status, str], None],
        count: Callable[[Session], None],
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._sessions = sessions
        self._finish = finish
        self._say = say
        self._count = count

    async def run(self) -> None:
        """Until cancelled."""
        before_s = self._clock.monotonic_s()
        while True:
            await asyncio.sleep(TICK_S)
            now_s = self._clock.monotonic_s()
            # After a stall of our own the packets are still in the sockets: it counts little.
            attended_s, before_s = min(now_s - before_s, 2 * TICK_S), now_s
            for session in self._sessions():
                if self._too_much(session, now_s):
                    continue
                if session.live:
                    self._look(session, now_s, attended_s)
                else:
                    self._await(session, now_s)

    def _too_much(self, session: Session, now_s: float) -> bool:
        """Ends a publisher that sends more than we take of one."""
        then_s, bytes_before, packets_before = session.counted
        passed_s = now_s - then_s
        if passed_s < COUNT_EVERY_S:
            return False
        guard = session.peer.connection.guard
        if guard is None:
            return False
        size, packets = guard.bytes, guard.packets
        session.counted = now_s, size, packets
        self._count(session)
        if then_s == 0.0:
            return False
        mbps = (size - bytes_before) * 8e-6 / passed_s
        rate = (packets - packets_before) / passed_s
        if mbps > self._limits.most_mbps:
            why = f"it sends {mbps:.0f} Mbps; at most {self._limits.most_mbps:.0f} are taken"
        elif rate > self._limits.most_packets_per_s:
            most = self._limits.most_packets_per_s
            why = f"it sends {rate:.0f} packets a second; at most {most} are taken"
        else:
            return False
        session.peer.stop_by_force(why)
        return True

    def _await(self, session: Session, now_s: float) -> None:
        """One whose first picture has not come yet."""
        peer = session.peer
        packets_s = now_s - (peer.last_packet_s or session.opened_s)
        if now_s - session.opened_s > self._limits.connect_within_s:
            why = "no picture came" if peer.last_packet_s else "the publisher never connected"
            self._finish(session, why)
        elif peer.last_packet_s is not None and packets_s < 1.0:
            peer.want_key_frame()

    def _look(self, session: Session, now_s: float, attended_s: float) -> None:
        peer = session.peer
        picture_s = now_s - (peer.last_picture_s or session.opened_s)
        packet_s = now_s - (peer.last_packet_s or session.opened_s)
        if peer.last_picture_s != session.seen_s:
            session.seen_s, session.quiet_s = peer.last_picture_s, 0.0
        else:
            session.quiet_s += attended_s
        if picture_s > self._limits.ended_after_s:
            self._finish(session, f"nothing came for {picture_s:.0f} s")
        elif session.quiet_s > self._limits.lost_after_s:
            if packet_s < 1.0:
                peer.want_key_frame()
            if not session.lost:
                session.lost = True
                what = "no packets" if packet_s > 1.0 else "packets but no picture"
                self._say(session, "lost", f"{what} for {picture_s:.1f} s")
        elif session.lost:
            session.lost = False
            self._say(session, "live", "pictures come again")
        elif picture_s > KEY_FRAME_AFTER_S and packet_s < KEY_FRAME_AFTER_S:
            peer.want_key_frame()
