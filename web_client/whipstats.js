// How a sender does, from the browser's own counters. Pure.

/**
 * What a person wants to know of a sender's report.
 * @param {Iterable<[string, object]>} report RTCStatsReport
 * @param {{bytes: number, at: number}|null} before counters of the last look
 * @param {number} now milliseconds of a steady clock
 */
export function readStats(report, before, now) {
  const all = [...report].map(([, one]) => one);
  const out = all.find((one) => one.type === "outbound-rtp" && one.kind === "video");
  const remote = all.find((one) => one.type === "remote-inbound-rtp" && one.kind === "video");
  const pair = all.find((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
  const codec = all.find((one) => one.type === "codec" && one.id === out?.codecId);
  const bytes = out?.bytesSent ?? 0;
  const heard = all.filter((one) => one.type === "candidate-pair")
    .reduce((sum, one) => sum + (one.bytesReceived ?? 0), 0);
  const seconds = before ? (now - before.at) / 1000 : 0;
  return {
    counters: { bytes, heard, at: now },
    stats: {
      kbps: seconds > 0 ? Math.round(((bytes - before.bytes) * 8) / 1000 / seconds) : null,
      rttMs: pair?.currentRoundTripTime === undefined ? null : Math.round(pair.currentRoundTripTime * 1000),
      width: out?.frameWidth ?? null,
      height: out?.frameHeight ?? null,
      fps: out?.framesPerSecond ?? null,
      loss: remote?.fractionLost ?? null,
      codec: codec?.mimeType?.split("/")[1] ?? null,
      limited: out?.qualityLimitationReason === "none" ? null : out?.qualityLimitationReason ?? null,
    },
  };
}
