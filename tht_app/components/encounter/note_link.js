// The line of one open note: what is typed here goes to the server, what others type comes here, and nothing is called
// saved before the server has said that it is stored. It knows nothing of screens: Node drives it in the tests.
//
// A step that is not acknowledged lies in `waiting` and, sealed, on the device. After a break the server says what it
// has, the device takes what is new, and sends everything that waits again: a step that came twice changes nothing.
import * as Y from "yjs";
import { openDrafts } from "./note_drafts.js";
import { KIND, json, linesOnlyIn, message, number, numberAt, parsed, wordsOf } from "./note_wire.js";

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5000;
const PING_MS = 4000;
const SILENCE_MS = 10000;
const BURST_MS = 1000;
const FLUSH_MS = 12000;
const PRESENCE_MS = 80;
const PERSON_COLOURS = 6;
const RESEND_LATER = new Set(["encounter.too_fast", "common.unavailable", "common.busy", "common.session_ended"]);
const REMOTE = Symbol("remote");
const KEPT = Symbol("kept");
const later = (ms) => new Promise((done) => setTimeout(done, ms));

// What the caret plugin asks for: who else is here, and where our own caret is. Names come from the server alone.
class Presence {
  constructor(link) {
    Object.assign(this, { link, states: new Map(), local: {}, listeners: new Map(), timer: null });
  }

  get clientID() {
    return this.link.doc.clientID;
  }

  get doc() {
    return this.link.doc;
  }

  getStates = () => this.states;
  getLocalState = () => this.local;
  setLocalState = (state) => (this.local = state ?? {});

  setLocalStateField = (field, value) => {
    const same = JSON.stringify(this.local[field] ?? null) === JSON.stringify(value ?? null);
    this.local = { ...this.local, [field]: value };
    if (field === "cursor" && !same) this.timer ??= setTimeout(() => this.tell(), PRESENCE_MS);
  };

  tell() {
    this.timer = null;
    this.link.say(message(KIND.PRESENCE, json(this.local.cursor ?? null)));
  }

  on = (name, listener) => this.listeners.set(listener, name);
  off = (name, listener) => this.listeners.delete(listener);

  take({ seat, left, cursor, name, nurse }) {
    const news = { added: [], updated: [seat], removed: [] };
    if (left) this.states.delete(seat);
    else this.states.set(seat, { cursor, user: { name, nurse, colour: seat % PERSON_COLOURS } });
    this.emit(news);
  }

  clear() {
    const removed = [...this.states.keys()];
    this.states.clear();
    this.emit({ added: [], updated: [], removed });
  }

  emit(news) {
    this.listeners.forEach((name, listener) => listener(news, REMOTE, name));
  }

  get people() {
    return [...this.states].map(([seat, { user }]) => ({ seat, ...user }));
  }
}

export class NoteLink {
  constructor({ address, state, Socket = globalThis.WebSocket, drafts = openDrafts }) {
    Object.assign(this, { address, state, Socket, openDrafts: drafts, socket: null, closed: false, told: null });
    Object.assign(this, { drafts: null, waiting: [], sent: 0, lastTyped: 0, ignoreKept: false, pause: FIRST_PAUSE_MS, heard: 0 });
    // The editors of the sections, and who hears a key before they do.
    Object.assign(this, { sections: new Map(), keys: new Map() });
    this.tab = Math.random().toString(36).slice(2);
    this.presence = new Presence(this);
    this.begin();
    state.flush = () => this.flush();
    this.connect();
    this.pinging = setInterval(() => this.ping(), PING_MS);
  }

  // A new document: at first, and after the server has refused what this one holds.
  begin() {
    this.doc?.off("update", this.typed);
    this.doc = new Y.Doc();
    this.synced = false;
    this.doc.on("update", this.typed);
  }

  typed = (update, origin) => {
    if (origin === REMOTE || origin === KEPT) return;
    const now = Date.now();
    if (now - this.lastTyped > BURST_MS || !this.waiting.length) this.state.set({ changes: this.state.view.changes + 1 });
    this.lastTyped = now;
    this.queue(update);
    this.show();
  };

  queue(update, draft = null) {
    this.sent += 1;
    const step = { number: this.sent, update, draft: draft ?? `${this.tab}:${String(this.sent).padStart(9, "0")}` };
    this.waiting.push(step);
    // A device without room leaves the step in memory, where it is anyway.
    step.kept = draft ? Promise.resolve() : Promise.resolve(this.drafts?.keep(step.draft, update)).catch(() => {});
    if (this.synced) this.say(message(KIND.UPDATE, number(step.number), update));
  }

  show(news = {}) {
    const unsaved = this.waiting.length > 0;
    this.state.set({ unsaved, ...(unsaved ? {} : { changes: 0, trouble: "" }), ...news });
  }

  say(bytes) {
    if (this.socket?.readyState === 1) this.socket.send(bytes);
  }

  connect() {
    if (this.closed) return;
    const socket = this.dial();
    if (!socket) return;
    socket.binaryType = "arraybuffer";
    this.told = null;
    this.heard = Date.now();
    socket.onmessage = ({ data }) => socket === this.socket && this.hear(new Uint8Array(data));
    socket.onclose = () => socket === this.socket && this.lost();
    socket.onerror = () => {};
  }

  // A browser may refuse to open a line at all: as good as a lost one.
  dial() {
    try {
      return (this.socket = new this.Socket(this.address));
    } catch {
      this.lost();
      return null;
    }
  }

  lost() {
    this.socket = null;
    this.synced = false;
    this.presence.clear();
    this.show({ online: false, people: [] });
    if (this.told) this.refusedWith(this.told);
    if (!this.closed) setTimeout(() => this.socket ?? this.connect(), this.pause * (0.7 + Math.random() * 0.6));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  // The network has said that it is gone or back: no need to wait for a silence.
  drop() {
    const socket = this.socket;
    if (!socket) return this.connect();
    this.socket = null;
    socket.close();
    return this.lost();
  }

  ping() {
    if (this.socket?.readyState !== 1) return;
    if (Date.now() - this.heard > SILENCE_MS) this.drop();
    else this.say(message(KIND.PING));
  }

  hear(bytes) {
    const rest = bytes.subarray(1);
    this.heard = Date.now();
    if (bytes[0] === KIND.WELCOME) this.welcome(parsed(rest));
    else if (bytes[0] === KIND.STATE) this.catchUp(rest);
    else if (bytes[0] === KIND.UPDATE) Y.applyUpdate(this.doc, rest, REMOTE);
    else if (bytes[0] === KIND.ACK) this.acknowledged(numberAt(rest), parsed(rest.subarray(4)));
    else if (bytes[0] === KIND.PRESENCE) this.met(parsed(rest));
    else if (bytes[0] === KIND.REFUSED) this.told = parsed(rest);
    else if (bytes[0] === KIND.FROZEN) this.state.set({ frozen: true, writable: [] });
  }

  met(person) {
    this.presence.take(person);
    this.state.set({ people: this.presence.people });
  }

  async welcome({ writable, frozen, key, scope, name, nurse }) {
    const socket = this.socket;
    this.drafts ??= await this.openDrafts(scope, key);
    await Promise.all(this.waiting.map((step) => step.kept));
    if (socket !== this.socket) return;
    this.state.set({ writable, frozen, memoryOnly: key !== "" && this.drafts.memoryOnly, me: { name, nurse } });
    this.say(message(KIND.STATE, Y.encodeStateVector(this.doc)));
  }

  // The server's side of the document is here: what this device kept comes on top, and what waits is sent again.
  async catchUp(rest) {
    const socket = this.socket;
    const length = numberAt(rest);
    Y.applyUpdate(this.doc, rest.subarray(4 + length), REMOTE);
    await this.takeKept();
    if (socket !== this.socket) return;
    this.synced = true;
    if (!this.waiting.length) this.pause = FIRST_PAUSE_MS;
    if (this.waiting.length) {
      const all = Y.mergeUpdates(this.waiting.map((step) => step.update));
      this.say(message(KIND.UPDATE, number(this.waiting.at(-1).number), all));
    }
    if (this.presence.local.cursor) this.presence.tell();
    this.show({ ready: true, online: true, refused: "" });
    this.compareLeftover();
  }

  async takeKept() {
    if (this.ignoreKept) return;
    const known = new Set(this.waiting.map((step) => step.draft));
    for (const { id, update } of await this.drafts.all()) {
      if (known.has(id)) continue;
      Y.applyUpdate(this.doc, update, KEPT);
      this.queue(update, id);
    }
    this.ignoreKept = true;
  }

  acknowledged(upTo, { clock }) {
    const done = this.waiting.filter((step) => step.number <= upTo);
    this.waiting = this.waiting.filter((step) => step.number > upTo);
    Promise.all(done.map((step) => step.kept)).then(() => this.drafts.forget(done.map((step) => step.draft))).catch(() => {});
    this.pause = FIRST_PAUSE_MS;
    this.show({ clock });
  }

  // The server does not want what waits. It stays readable (and on the device) until somebody has put it away.
  refusedWith({ code, words }) {
    this.told = null;
    if (RESEND_LATER.has(code)) return this.state.set({ trouble: words });
    if (!this.state.view.ready) {
      this.closed = true;
      this.state.set({ refused: words });
      return;
    }
    if (this.waiting.length) this.refusedSteps = { words, said: wordsOf(this.doc), steps: this.waiting };
    this.waiting = [];
    this.ignoreKept = true;
    this.begin();
    this.show({ generation: this.state.view.generation + 1 });
  }

  compareLeftover() {
    if (!this.refusedSteps) return;
    const now = wordsOf(this.doc);
    const { words, said, steps } = this.refusedSteps;
    const texts = Object.entries(said).filter(([name, text]) => text !== now[name]);
    const added = texts.map(([name, text]) => [name, linesOnlyIn(text, now[name]) || text]);
    this.refusedSteps = null;
    const done = () => {
      this.drafts.forget(steps.map((step) => step.draft)).catch(() => {});
      this.state.set({ leftover: null });
    };
    if (texts.length) this.state.set({ leftover: { words, texts, added, done } });
    else done();
  }

  async flush(patience = FLUSH_MS) {
    const end = Date.now() + patience;
    while (this.waiting.length && !this.closed && Date.now() < end) {
      if (!this.socket) this.connect();
      await later(40);
    }
    return !this.waiting.length && !this.state.view.leftover;
  }

  close() {
    this.closed = true;
    clearInterval(this.pinging);
    const socket = this.socket;
    this.socket = null;
    socket?.close?.();
  }
}
