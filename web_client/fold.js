// The state of a game as messages arrive. Pure: a view and a message give the next view.

/** A view before the first message. */
export const EMPTY = Object.freeze({
  epoch: null,
  seq: null,
  state: Object.freeze({}),
  tracks: Object.freeze({}),
});

/**
 * Apply one live message.
 *
 * `gap` says that updates are missing (or come from another epoch): the view is unchanged and
 * the connection must be made again with `since`. `changed` names the sections that are new.
 * @returns {{view: object, gap: boolean, changed: string[]}}
 */
export function fold(view, message) {
  switch (message?.type) {
    case "snapshot":
      return snapshot(view, message);
    case "update":
      return update(view, message);
    case "proposal":
      return changedState(view, { proposals: withProposal(view, message.proposal) });
    case "camera":
      return changedState(view, { camera: withCamera(view, message) });
    case "flags":
      return changedState(view, {
        witness: { ...view.state.witness, [message.camera]: message.flags ?? [] },
      });
    case "tracks":
      return {
        view: { ...view, tracks: { ...view.tracks, [message.camera]: message } },
        gap: false,
        changed: ["tracks"],
      };
    default: // ping, and whatever a newer server may say
      return same(view);
  }
}

/** The address part that resumes after this view, or null before the first snapshot. */
export function since(view) {
  return view.seq === null ? null : `${view.epoch}:${view.seq}`;
}

function snapshot(view, message) {
  const { tracks = {}, ...state } = message.state ?? {};
  const next = { ...view, epoch: message.epoch, seq: message.seq, state, tracks };
  return { view: next, gap: false, changed: [...Object.keys(state), "tracks"] };
}

function update(view, message) {
  if (view.seq === null || message.epoch !== view.epoch) return { ...same(view), gap: true };
  if (message.seq <= view.seq) return same(view); // told twice
  const first = message.entries?.[0]?.seq ?? message.seq;
  if (first > view.seq + 1) return { ...same(view), gap: true };
  const state = { ...view.state, ...message.state };
  return {
    view: { ...view, seq: message.seq, state },
    gap: false,
    changed: Object.keys(message.state ?? {}),
  };
}

function withProposal(view, proposal) {
  const others = (view.state.proposals ?? []).filter((other) => other.id !== proposal.id);
  return proposal.status === "waiting" ? [...others, proposal] : others;
}

function withCamera(view, { camera, status, why, at }) {
  return { ...view.state.camera, [camera]: { status, why, at } };
}

function changedState(view, part) {
  const next = { ...view, state: { ...view.state, ...part } };
  return { view: next, gap: false, changed: Object.keys(part) };
}

function same(view) {
  return { view, gap: false, changed: [] };
}
