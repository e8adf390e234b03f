// Where the text of a note lives until the server has acknowledged it; it never passes through a Reflex State.
//
// One Note per encounter holds four Sections. A section sends one save at a time, each with its own idempotency key and
// the version it was edited from; a save that got no answer is repeated with the same key until there is one. What is
// not acknowledged lies in sessionStorage too, so that a reload or a crashed tab gives it back.
const PAUSE_MS = 600;
const PATIENCE_MS = 10000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15000;
const FLUSH_MS = 12000;
const LONGEST_PAUSE_MS = 5000;
const STALE_MS = 3000;
const NAMES = ["subjective", "objective", "assessment", "plan"];

const notes = new Map();
const later = (ms) => new Promise((done) => setTimeout(done, ms));
export const fill = (text, values) => (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const newKey = () =>
  crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

async function request(path, options = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", signal: stop.signal, ...options });
    const body = await answer.json().catch(() => ({}));
    return { status: answer.status, body };
  } catch {
    return { status: 0, body: {} };
  } finally {
    clearTimeout(timer);
  }
}

class Section {
  constructor(note, name) {
    Object.assign(this, { note, name, text: "", base: 0, acknowledged: "", changes: 0, read: 0 });
    Object.assign(this, { author: "", clock: "", day: "", writable: false });
    Object.assign(this, { ready: false, sending: false, offline: false, refused: "", fatal: false, conflict: null, former: null });
    this.attempt = this.timer = this.since = null;
    this.listeners = new Set();
    this.view = this.look();
  }

  get address() {
    return `/notes/${this.note.encounter}/${this.name}`;
  }

  get storageKey() {
    return `tht-note:${this.note.person}:${this.note.encounter}:${this.name}`;
  }

  get unsaved() {
    return this.ready && (this.attempt !== null || this.text !== this.acknowledged);
  }

  look() {
    const { text, ready, sending, offline, refused, fatal, conflict, former, author, clock, day, writable, changes, unsaved } = this;
    return { text, ready, sending, offline, refused, fatal, conflict, former, author, clock, day, writable, changes, unsaved };
  }

  tell() {
    this.view = this.look();
    this.listeners.forEach((listener) => listener());
    this.note.tell();
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  keep() {
    try {
      if (!this.unsaved) sessionStorage.removeItem(this.storageKey);
      else sessionStorage.setItem(this.storageKey, JSON.stringify({ text: this.text, base: this.base, attempt: this.attempt }));
    } catch {
      // A full or forbidden store leaves the text in memory, where it is anyway.
    }
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.storageKey) ?? "null");
    } catch {
      return null;
    }
  }

  arrive(shown, first) {
    this.read = Date.now();
    this.writable = shown.writable ?? this.writable;
    if (!this.unsaved) Object.assign(this, { text: shown.text, acknowledged: shown.text, base: shown.version });
    if (!this.unsaved || first) Object.assign(this, { author: shown.author, clock: shown.clock, day: shown.day });
    const mine = first ? this.kept() : null;
    this.ready = true;
    if (mine && (mine.attempt || mine.text !== shown.text)) {
      Object.assign(this, { text: mine.text, base: mine.base, attempt: mine.attempt, changes: 1 });
      if (mine.base === shown.version) this.acknowledged = shown.text;
      this.send();
    }
    this.tell();
  }

  edit(text) {
    this.text = text;
    if (!this.timer) this.changes += 1;
    if (!this.fatal) this.refused = "";
    this.since ??= Date.now();
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), Date.now() - this.since > LONGEST_PAUSE_MS ? 0 : PAUSE_MS);
    this.tell();
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = this.since = null;
    return this.send();
  }

  async send() {
    if (this.sending || this.conflict || this.fatal || !this.unsaved) return;
    this.sending = true;
    let wait = FIRST_RETRY_MS;
    while (this.unsaved && !this.conflict && !this.fatal && !this.refused) {
      this.attempt ??= { text: this.text, base: this.base, key: newKey() };
      this.keep();
      this.tell();
      const { status, body } = await request(this.address, {
        method: "PUT",
        headers: { "Content-Type": "application/json", "Idempotency-Key": this.attempt.key },
        body: JSON.stringify({ text: this.attempt.text, base_version: this.attempt.base }),
      });
      if (this.answered(status, body)) {
        wait = FIRST_RETRY_MS;
        if (this.timer) break;
        continue;
      }
      this.offline = true;
      this.tell();
      await Promise.race([later(wait), new Promise((woken) => (this.wake = woken))]);
      wait = Math.min(wait * 2, LONGEST_RETRY_MS);
    }
    this.sending = false;
    this.keep();
    this.tell();
  }

  // True when the server has said something final about this attempt; false when it has to be repeated.
  answered(status, body) {
    if (status === 200) this.acknowledge(body);
    else if (status === 409 && body.theirs) this.collide(body.theirs);
    else if (status === 422) this.refuse(Object.values(body.errors ?? {})[0] ?? body.title, false);
    else if ([403, 404, 409, 413].includes(status)) this.refuse(body.title, true);
    else return false;
    this.offline = false;
    return true;
  }

  acknowledge(body) {
    const sent = this.attempt;
    Object.assign(this, { acknowledged: sent.text, base: body.version, attempt: null, clock: body.clock, day: "", author: "" });
    if (this.text === sent.text) this.changes = 0;
  }

  collide(theirs) {
    if (theirs.text === this.attempt.text) this.acknowledge(theirs);
    else Object.assign(this, { attempt: null, conflict: theirs });
  }

  refuse(words, fatal) {
    Object.assign(this, { attempt: null, refused: words || "?", fatal });
  }

  settle(text, keepMine) {
    const theirs = this.conflict;
    this.former = keepMine ? null : this.text;
    Object.assign(this, { conflict: null, base: theirs.version, acknowledged: theirs.text, text });
    Object.assign(this, { author: theirs.author, clock: theirs.clock, day: theirs.day });
    if (!this.unsaved) this.changes = 0;
    this.keep();
    this.tell();
    this.send();
  }

  restore() {
    const text = this.former;
    this.former = null;
    this.edit(text);
  }

  async refresh() {
    if (!this.ready || this.unsaved || this.sending || Date.now() - this.read < STALE_MS) return;
    const { status, body } = await request(this.address);
    if (status === 200 && !this.unsaved && !this.sending) this.arrive(body, false);
  }
}

class Note {
  constructor(encounter, person) {
    Object.assign(this, { encounter, person, loading: false, loaded: false, failed: false, signed: false });
    this.listeners = new Set();
    this.sections = Object.fromEntries(NAMES.map((name) => [name, new Section(this, name)]));
    this.view = this.look();
    this.load();
  }

  look() {
    const all = Object.values(this.sections);
    return {
      unsaved: all.some((one) => one.unsaved),
      sending: all.some((one) => one.sending),
      offline: all.some((one) => one.offline),
      stuck: all.some((one) => one.conflict || one.refused),
      changes: all.reduce((sum, one) => sum + (one.unsaved ? Math.max(one.changes, 1) : 0), 0),
      loaded: this.loaded,
      failed: this.failed && !this.loaded,
    };
  }

  tell() {
    this.view = this.look();
    this.listeners.forEach((listener) => listener());
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async load() {
    if (this.loading) return;
    this.loading = true;
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
      const { status, body } = await request(`/notes/${this.encounter}`);
      if (status === 200) {
        const first = !this.loaded;
        Object.assign(this, { loaded: true, failed: false, signed: body.signed });
        NAMES.forEach((name) => this.sections[name].arrive(body.sections[name], first));
        break;
      }
      if ([403, 404].includes(status)) break;
      this.failed = true;
      this.tell();
      await Promise.race([later(wait), new Promise((woken) => (this.wake = woken))]);
    }
    this.loading = false;
    this.read = Date.now();
    this.tell();
  }

  revisit() {
    if (this.loaded && Date.now() - this.read > STALE_MS) this.load();
  }

  async flush() {
    Object.values(this.sections).forEach((one) => one.flush());
    const end = Date.now() + FLUSH_MS;
    while (this.look().unsaved && Date.now() < end) {
      if (Object.values(this.sections).some((one) => one.conflict || one.refused)) return false;
      await later(50);
    }
    return !this.look().unsaved;
  }
}

export function noteOf(encounter, person) {
  const key = `${person}:${encounter}`;
  if (!notes.has(key)) notes.set(key, new Note(encounter, person));
  return notes.get(key);
}

const every = () => [...notes.values()].flatMap((note) => Object.values(note.sections));

if (typeof window !== "undefined" && !window.thtNotes) {
  window.thtNotes = true;
  window.addEventListener("beforeunload", (event) => {
    if (every().some((section) => section.unsaved)) event.preventDefault();
  });
  window.addEventListener("online", () => {
    notes.forEach((note) => note.wake?.());
    every().forEach((section) => section.wake?.());
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") every().forEach((section) => section.flush());
    else every().forEach((section) => section.wake?.());
  });
}
