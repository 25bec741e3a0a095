// The dialog that mends a play: change it, take it back, put something in before or after it.

import { formatClock, parseClock } from "./clock.js";
import { PlayClip } from "./deskclip.js";
import { Court } from "./deskcourt.js";
import { answered, byId, el, setText, show } from "./dom.js";
import { FOULS, TAGS, TURNOVERS, REBOUNDS, foulKinds, kindWord } from "./kinds.js";
import { amendment, fieldsOf, hanging, parentOf } from "./mending.js";
import { named, periodLabel, whenText, withNames } from "./plays.js";

const LABELS = {
  team: "Team", player: "Player", value: "Worth", made: "Result", kind: "Kind", tags: "How",
  drawn_by: "On", throws: "Free throws", player_in: "In", player_out: "Out", players: "On the court",
  points: "Points", text: "Reason", period: "Period", clock_ms: "Clock",
};

export class MendDialog {
  #desk;
  #clip;
  #dialog = byId("mend-dialog");
  #play = null;
  #said = {};

  /**
   * @param {{me: string, state: () => object, clockless: () => boolean, context: () => object,
   *   plays: () => Promise<object[]>, clips: () => Promise<object[]>, send: (call: object, label: string) => void,
   *   standAgain: (play: object) => void,
   *   insert: (play: object, side: "before"|"after") => void}} desk
   */
  constructor(desk) {
    this.#desk = desk;
    this.#clip = new PlayClip(desk.clips);
    // No submit buttons: Enter in a field saves.
    for (const id of ["mend-before", "mend-after"]) {
      byId(id).addEventListener("click", ({ target }) => this.#dialog.close(target.value));
    }
    this.#dialog.addEventListener("submit", (event) => {
      if (event.submitter?.value !== "save" || this.#clockIsRight()) return;
      event.preventDefault();
      setText(byId("mend-trouble"), "Write minutes and seconds, such as 4:07.");
      show(byId("mend-trouble"), true);
    });
  }

  /** Show one play and do what the person decides. */
  async open(seq) {
    const plays = await this.#desk.plays();
    const play = plays.find((one) => one.seq === seq);
    if (!play || this.#dialog.open) return;
    this.#play = play;
    this.#said = {};
    const state = this.#desk.state();
    setText(byId("mend-title"), named(play, state));
    setText(byId("mend-when"), whenAndWho(play, state, this.#desk.me));
    show(byId("mend-history"), Boolean(play.correction));
    setText(byId("mend-history"), withNames(play.correction?.text ?? "", state));
    show(byId("mend-trouble"), false);
    this.#clip.open(seq);
    this.#drawFamily(plays, play, state);
    this.#drawForm();
    const fields = fieldsOf(play, this.#desk.clockless());
    show(byId("mend-save"), !play.voided && fields.length > 0);
    show(byId("mend-void"), !play.voided);
    show(byId("mend-restore"), Boolean(play.voided));
    for (const id of ["mend-before", "mend-after"]) show(byId(id), !play.voided);
    this.#do(await answered(this.#dialog), play);
  }

  #do(word, play) {
    const words = named(play, this.#desk.state());
    const { send, context, insert, standAgain } = this.#desk;
    if (word === "save") {
      const call = amendment(play, this.#said, context());
      if (call) send(call, `Changed: ${words}`);
    } else if (word === "void") {
      send({ type: "void", links: play.seq, ...context() }, `Taken back: ${words}`);
    } else if (word === "restore") {
      standAgain(play);
    } else if (word === "before" || word === "after") {
      insert(play, word);
    }
  }

  #drawFamily(plays, play, state) {
    const parent = parentOf(plays, play);
    const children = hanging(plays, play.seq);
    const line = (text, depth) => el("li", { text, data: { depth } });
    byId("mend-family").replaceChildren(
      ...(parent ? [line(`Belongs to: ${named(parent, state)}`, 0)] : []),
      ...children.map(({ play: child, depth }) => line(`With it goes: ${named(child, state)}`, depth)));
    show(byId("mend-family"), Boolean(parent) || children.length > 0);
  }

  // ---- the form

  #drawForm() {
    const fields = this.#play.voided ? [] : fieldsOf(this.#play, this.#desk.clockless())
      .filter((name) => name !== "period" || this.#periods().length > 1);
    byId("mend-fields").replaceChildren(...fields.map((name) => this.#field(name)));
  }

  #now(name) {
    return name in this.#said ? this.#said[name] : this.#play[name];
  }

  #set(name, value, redraw = false) {
    this.#said[name] = value;
    if (name === "team") this.#said.player = null; // the other team has other players
    if (redraw) this.#drawForm();
  }

  #field(name) {
    const make = {
      team: () => this.#segment(name, this.#teams(), true),
      made: () => this.#segment(name, [[true, "Made"], [false, "Missed"]]),
      value: () => this.#segment(name, (this.#rules().field_goal_values ?? [2, 3]).map((value) => [value, String(value)])),
      throws: () => this.#segment(name, [0, 1, 2, 3].map((count) => [count, String(count)])),
      period: () => this.#segment(name, this.#periods()),
      player: () => this.#select(name, this.#players(this.#now("team")), "The team itself"),
      drawn_by: () => this.#select(name, this.#players(this.#now("team") === "home" ? "away" : "home"), "Nobody said"),
      player_in: () => this.#select(name, this.#players(this.#play.team), "Nobody"),
      player_out: () => this.#select(name, this.#players(this.#play.team), "Nobody"),
      players: () => this.#boxes(name, this.#players(this.#play.team)),
      // A foul and a rebound always are of some kind.
      kind: () => this.#select(name, this.#kinds(), this.#play.kind && this.#play.type !== "turnover" ? null : "Nobody said"),
      tags: () => this.#boxes(name, Object.entries(TAGS).filter(([tag]) => tag !== "heave" || this.#rules().heave)),
      clock_ms: () => this.#clock(),
      points: () => this.#input(name, "number", Number),
      text: () => this.#input(name, "text", String),
      spot: () => this.#spot(),
    };
    return make[name]();
  }

  #segment(name, choices, redraw = false) {
    const now = this.#now(name);
    const group = el("span", { class: "segment", role: "group", "aria-label": LABELS[name] });
    for (const [value, text] of choices) {
      group.append(el("button", {
        type: "button", text, "aria-pressed": String(value === now), data: { [name]: String(value) },
        on: {
          click: ({ target }) => {
            this.#set(name, value, redraw);
            for (const one of group.children) one.setAttribute("aria-pressed", String(one === target));
          },
        },
      }));
    }
    return el("div", { class: "field" }, el("span", { text: LABELS[name] }), group);
  }

  #select(name, choices, nobody) {
    const now = this.#now(name) ?? "";
    const known = choices.some(([value]) => value === now);
    const all = [...(nobody ? [["", nobody]] : []), ...choices, ...(now && !known ? [[now, now]] : [])];
    const select = el("select", { name, on: { change: ({ target }) => this.#set(name, target.value || null) } },
      ...all.map(([value, text]) => el("option", { value, text, selected: value === now })));
    return el("label", {}, LABELS[name], select);
  }

  #boxes(name, choices) {
    const group = el("div", { class: "lineup" }, ...choices.map(([value, text]) => {
      const box = el("input", { type: "checkbox", value });
      box.checked = (this.#now(name) ?? []).includes(value);
      return el("label", {}, box, el("span", { text }));
    }));
    group.addEventListener("change", () => this.#set(name, [...group.querySelectorAll(":checked")].map((box) => box.value)));
    return el("fieldset", {}, el("legend", { text: LABELS[name] }), group);
  }

  #input(name, type, read) {
    const input = el("input", { type, name, value: this.#now(name) ?? "", on: { change: ({ target }) => this.#set(name, read(target.value)) } });
    return el("label", {}, LABELS[name], input);
  }

  #clock() {
    const input = el("input", {
      name: "clock_ms", inputmode: "decimal", autocomplete: "off", value: formatClock(this.#now("clock_ms")),
      on: { input: ({ target }) => this.#set("clock_ms", parseClock(target.value)) },
    });
    return el("label", {}, "Clock", input);
  }

  #clockIsRight() {
    return !("clock_ms" in this.#said) || this.#said.clock_ms !== null;
  }

  #spot() {
    const parent = el("div", { class: "court" });
    const spot = { x_m: this.#now("x_m"), y_m: this.#now("y_m") };
    const court = new Court(parent, (tapped) => {
      Object.assign(this.#said, tapped);
      court.mark(tapped);
    });
    court.mark(Number.isFinite(spot.x_m) ? spot : null);
    return el("div", { class: "field" }, el("span", { text: "Where" }), parent);
  }

  // ---- choices

  #rules() {
    return this.#desk.state().rules ?? {};
  }

  #teams() {
    const { roster } = this.#desk.state();
    return ["home", "away"].map((team) => [team, roster?.[team]?.name || (team === "home" ? "Home" : "Away")]);
  }

  #players(team) {
    const players = this.#desk.state().roster?.[team]?.players ?? [];
    return players.map(({ id, number, name }) => [id, `#${number}${name ? ` ${name}` : ""}`]);
  }

  #periods() {
    const board = this.#desk.state().scoreboard;
    const last = Math.max(board?.period ?? 1, this.#play.period, 1);
    return Array.from({ length: last }, (_, i) => [i + 1, periodLabel(i + 1, board)]);
  }

  #kinds() {
    const { type, player } = this.#play;
    if (type === "foul") return foulKinds(this.#rules(), player).map((kind) => [kind, FOULS[kind] ?? kindWord(type, kind)]);
    return Object.entries(type === "turnover" ? TURNOVERS : REBOUNDS);
  }
}

/** "Q2 4:07 · entered by desk.3f9a at 18:03". */
function whenAndWho(play, state, me) {
  const at = new Date(play.at);
  const clock = Number.isNaN(at.getTime()) ? "" : ` at ${at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
  const who = play.by === me ? "this desk" : play.by;
  return [whenText(play, state.scoreboard), who ? `entered by ${who}${clock}` : ""].filter(Boolean).join(" · ");
}
