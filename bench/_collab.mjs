// Editors of notes without screens: they type at the same time and measure when the others have it.
// One JSON on the command line; prints "typing" when all are in, and one JSON at the end. `kind` is "ours" (the editor's
// own line) or "hocuspocus", `counts` says how many sit at each note, `flood` that each types again as soon as all it has
// typed is acknowledged.
import * as Y from "yjs";

const about = JSON.parse(process.argv[2]);
const { kind, counts, section, seconds, rate, flood, origin, cookies, addresses, server } = about;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function ours() {
  const { NoteLink } = await import("./note_link.js");
  const drafts = async () => ({ memoryOnly: true, keep: async () => {}, forget: async () => {}, all: async () => [] });
  let used = 0;
  return (room) => {
    const cookie = cookies[(used += 1) % cookies.length];
    class Wire extends WebSocket {
      constructor(url) {
        super(url, { headers: { Origin: origin, Cookie: cookie } });
      }
    }
    const state = { view: { changes: 0, generation: 0 }, set(news) { this.view = { ...this.view, ...news }; } };
    const link = new NoteLink({ address: addresses[room], state, Socket: Wire, drafts });
    const ready = () => state.view.ready && link.synced;
    return { doc: link.doc, ready, waits: () => link.waiting.length, close: () => link.close() };
  };
}

async function hocuspocus() {
  const { HocuspocusProvider } = await import("@hocuspocus/provider");
  return (room) => {
    const doc = new Y.Doc();
    const provider = new HocuspocusProvider({ url: server, name: `room${room}`, document: doc });
    return { doc, ready: () => provider.isSynced, waits: () => provider.unsyncedChanges, close: () => provider.destroy() };
  };
}

const open = await (kind === "ours" ? ours() : hocuspocus());
const sentAt = new Map();
const took = [];
let warm = false;

const hands = counts.flatMap((count, room) => Array.from({ length: count }, () => ({ room, ...open(room) })));
const end = Date.now() + 30000;
while (!hands.every((hand) => hand.ready())) {
  if (Date.now() > end) throw new Error(`only ${hands.filter((hand) => hand.ready()).length} of ${hands.length} came in`);
  await pause(20);
}

function textOf(doc) {
  const fragment = doc.getXmlFragment(section);
  if (!fragment.length) fragment.push([new Y.XmlElement("paragraph")]);
  const paragraph = fragment.get(0);
  if (!paragraph.length) paragraph.push([new Y.XmlText()]);
  return paragraph.get(0);
}

counts.forEach((count, room) => count && textOf(hands.find((hand) => hand.room === room).doc));
await pause(500);
for (const hand of hands) {
  hand.doc.getXmlFragment(section).observeDeep((events, transaction) => {
    if (transaction.local) return;
    const now = performance.now();
    for (const { insert } of events.flatMap((event) => event.changes.delta)) {
      if (typeof insert !== "string") continue;
      for (const token of insert.split(" ")) {
        const at = sentAt.get(token);
        if (at !== undefined && warm) took.push(now - at);
      }
    }
  });
}

let count = 0;
function press(hand) {
  const token = `k${(count += 1)}`;
  sentAt.set(token, performance.now());
  const text = textOf(hand.doc);
  text.insert(text.length, `${token} `);
}

async function write(hand, until) {
  await pause((1000 / rate) * Math.random());
  while (performance.now() < until) {
    press(hand);
    await pause((1000 / rate) * (0.8 + Math.random() * 0.4));
  }
}

async function writeOn(hand, until) {
  while (performance.now() < until) {
    press(hand);
    while (hand.waits() && performance.now() < until) await new Promise(setImmediate);
  }
}

console.log("typing");
const start = performance.now();
setTimeout(() => (warm = true), flood ? 0 : 1000);
const until = start + (flood ? 0 : 1000) + seconds * 1000;
await Promise.all(hands.map((hand) => (flood ? writeOn : write)(hand, until)));
const left = hands.filter((hand) => hand.waits()).length;
const spent = (performance.now() - start) / 1000;
await pause(800);
took.sort((one, other) => one - other);
const at = (share) => (took.length ? Math.round(took[Math.min(Math.floor(took.length * share), took.length - 1)] * 100) / 100 : null);
hands.forEach((hand) => hand.close());
const figures = { seen: took.length, typed: count, a_second: Math.round((count - left) / spent), p50: at(0.5), p95: at(0.95), p99: at(0.99) };
console.log(JSON.stringify(figures));
process.exit(0);
