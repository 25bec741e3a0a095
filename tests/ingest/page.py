"""A page that publishes the browser's camera by WHIP."""

from __future__ import annotations

PAGE = """<!doctype html><meta charset="utf-8"><title>publisher</title><script>
window.errors = [];
async function publish(url, token, codec, options) {
  const pc = new RTCPeerConnection(options.config || {});
  window.pc = pc;
  const stream = await navigator.mediaDevices.getUserMedia(
    {video: {width: 1280, height: 720, frameRate: 30}, audio: Boolean(options.audio)});
  // Video first: with sound before it Chromium starts small and takes ten seconds to grow.
  for (const track of [...stream.getVideoTracks(), ...stream.getAudioTracks()]) {
    const transceiver = pc.addTransceiver(track, {direction: "sendonly"});
    if (track.kind === "video" && codec) {
      const all = RTCRtpSender.getCapabilities("video").codecs;
      transceiver.setCodecPreferences(all.filter(
        c => c.mimeType === "video/" + codec || c.mimeType === "video/rtx"));
    }
  }
  window.messages = [];
  const channel = pc.createDataChannel("control");
  channel.onmessage = event => window.messages.push(JSON.parse(event.data));
  await pc.setLocalDescription(await pc.createOffer());
  const headers = {Authorization: "Bearer " + token, "Content-Type": "application/sdp"};
  const pending = [];
  let session = null, etag = null;
  const trickle = async candidate => {
    const body = `a=ice-ufrag:${candidate.usernameFragment}\\r\\n` +
      `m=video 9 UDP/TLS/RTP/SAVPF 0\\r\\n` +
      `a=mid:${candidate.sdpMid}\\r\\na=${candidate.candidate}\\r\\n`;
    const reply = await fetch(session, {method: "PATCH", body, headers: {...headers,
      "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": etag}});
    window.trickled = (window.trickled || 0) + 1;
    if (reply.status !== 204) window.errors.push("PATCH " + reply.status);
  };
  pc.onicecandidate = event => {
    if (!event.candidate || !event.candidate.candidate) return;
    if (session) trickle(event.candidate); else pending.push(event.candidate);
  };
  const reply = await fetch(url, {method: "POST", headers, body: pc.localDescription.sdp});
  if (reply.status !== 201) throw new Error("POST " + reply.status + " " + await reply.text());
  session = new URL(reply.headers.get("Location"), url).href;
  etag = reply.headers.get("ETag");
  window.session = session;
  await pc.setRemoteDescription({type: "answer", sdp: await reply.text()});
  for (const candidate of pending) await trickle(candidate);
  return session;
}
async function size() {
  for (const report of (await window.pc.getStats()).values())
    if (report.type === "outbound-rtp" && report.kind === "video")
      return [report.frameWidth || 0, report.frameHeight || 0, report.framesSent || 0];
  return [0, 0, 0];
}
</script>"""
