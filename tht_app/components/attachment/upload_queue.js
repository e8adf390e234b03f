// The files that a browser is sending, one queue a visit. A file goes in pieces; a piece that got no answer is sent
// again from where the server says it stands, so that a broken line, a closed lid or a restarted server costs one piece.
//
// The first piece is announced under a key made from the file itself: whoever closes the tab and picks the same file
// again goes on where they were, and a file that is attached already is not attached twice.
const AT_ONCE = 2;
const PATIENCE_MS = 60000;
const FINISH_MS = 120000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30000;
const GONE = "attachment.upload_gone";
const ELSEWHERE = "attachment.wrong_offset";

const queues = new Map();
let numbers = 0;
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const anyKey = () => hex(crypto.getRandomValues(new Uint8Array(24)));

async function keyOf(encounter, file, about) {
  if (!crypto.subtle) return anyKey();
  const said = JSON.stringify([encounter, file.name, file.size, file.lastModified, about.kind, about.side, about.site]);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(said)))).slice(0, 48);
}

async function ask(method, path, { patience = PATIENCE_MS, signal, ...options } = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const give = () => stop.abort();
  signal?.addEventListener("abort", give);
  try {
    const answer = await fetch(path, { method, credentials: "same-origin", cache: "no-store", signal: stop.signal, ...options });
    const body = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    return { status: answer.status, body };
  } catch {
    return { status: 0, body: {} };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", give);
  }
}

// What may pass by itself: no network, a server that starts again or is too busy, a disk that somebody clears.
const passes = (status) => status === 0 || status === 401 || status === 429 || status >= 500;

class Item {
  constructor(queue, file, about) {
    Object.assign(this, { queue, file, about, number: (numbers += 1), name: file.name, size: file.size });
    Object.assign(this, { state: "waiting", sent: 0, why: "", id: "", tries: 0 });
    this.stop = new AbortController();
  }

  get over() {
    return ["done", "refused", "given-up"].includes(this.state);
  }

  look() {
    const { number, name, size, state, sent, why } = this;
    return { number, name, size, state, sent, why };
  }

  become(state, more = {}) {
    if (this.state === "given-up") return;
    Object.assign(this, { state, ...more });
    this.queue.tell();
  }

  refuse(body) {
    const first = Object.values(body.errors ?? {})[0];
    this.become("refused", { why: first ?? body.title ?? "" });
  }

  async run() {
    this.key ??= await keyOf(this.queue.encounter, this.file, this.about);
    while (!this.over) {
      const { status, body } = await this.step();
      if (this.over) return;
      if (status >= 200 && status < 300) this.tries = 0;
      else if (status === 409 && body.code === ELSEWHERE) this.become("sending", { sent: body.received });
      else if (passes(status)) await this.rest(status ? body.title : "");
      else if (status === 404 && body.code === GONE && !this.again) Object.assign(this, { again: true, id: "", sent: 0, key: anyKey() });
      else return this.refuse(body);
    }
  }

  step() {
    if (!this.id) return this.begin();
    return this.sent < this.size ? this.send() : this.finish();
  }

  async begin() {
    const { encounter } = this.queue;
    const answer = await ask("POST", "/uploads", {
      signal: this.stop.signal,
      headers: { "Content-Type": "application/json", "Idempotency-Key": this.key },
      body: JSON.stringify({ encounter, name: this.name, size: this.size, ...this.about }),
    });
    const { id, received, done, piece } = answer.body;
    if (answer.status === 200) {
      Object.assign(this, { id, piece });
      this.become(done ? "done" : "sending", { sent: received, why: "" });
    }
    return answer;
  }

  async send() {
    const piece = this.file.slice(this.sent, Math.min(this.sent + this.piece, this.size));
    const answer = await ask("PUT", `/uploads/${this.id}/${this.sent}`, { signal: this.stop.signal, body: piece });
    if (answer.status === 200) this.become("sending", { sent: answer.body.received, why: "" });
    // The file was moved or changed on the device since it was picked: nothing to send any more.
    if (answer.status === 0 && !(await readable(piece))) this.become("refused", { why: this.queue.words.unreadable });
    return answer;
  }

  async finish() {
    this.become("checking", { why: "" });
    const answer = await ask("POST", `/uploads/${this.id}/finish`, { signal: this.stop.signal, patience: FINISH_MS });
    if (answer.status === 200) this.become("done", { why: "" });
    return answer;
  }

  async rest(why) {
    this.tries += 1;
    this.become("resting", { why: why ?? "" });
    const pause = Math.min(FIRST_RETRY_MS * 2 ** (this.tries - 1), LONGEST_RETRY_MS);
    await new Promise((go) => {
      this.wake = go;
      setTimeout(go, pause);
    });
  }

  retry() {
    if (this.state === "refused") {
      Object.assign(this, { state: "waiting", why: "", again: false, id: "", sent: 0, key: anyKey() });
      this.queue.pump();
    } else this.wake?.();
  }

  giveUp() {
    const { id } = this;
    this.become("given-up");
    this.stop.abort();
    this.wake?.();
    if (id) ask("DELETE", `/uploads/${id}`);
    this.queue.drop(this);
  }
}

async function readable(piece) {
  try {
    await piece.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

class Queue {
  constructor(encounter) {
    Object.assign(this, { encounter, items: [], running: 0, words: {}, view: [] });
    this.listeners = new Set();
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  tell() {
    this.view = this.items.map((item) => item.look());
    this.listeners.forEach((listener) => listener());
  }

  get unfinished() {
    return this.items.some((item) => !item.over);
  }

  add(files, about) {
    this.items.push(...Array.from(files, (file) => new Item(this, file, about)));
    this.pump();
  }

  drop(item) {
    this.items = this.items.filter((one) => one !== item);
    this.tell();
  }

  find(number) {
    return this.items.find((item) => item.number === number);
  }

  pump() {
    this.tell();
    for (const item of this.items) {
      if (this.running >= AT_ONCE) return;
      if (item.state !== "waiting") continue;
      item.state = "sending";
      this.running += 1;
      item.run().finally(() => {
        this.running -= 1;
        this.pump();
      });
    }
  }

  wake() {
    this.items.forEach((item) => item.wake?.());
  }
}

export function queueOf(encounter) {
  if (!queues.has(encounter)) queues.set(encounter, new Queue(encounter));
  return queues.get(encounter);
}

export const anyUnfinished = () => [...queues.values()].some((queue) => queue.unfinished);
export const wakeAll = () => queues.forEach((queue) => queue.wake());
