// Editors of notes without screens: types with some of them at once and measures when the others have it.
// One JSON on the command line; prints one JSON. `kind` is "ours" (the editor's own line) or "hocuspocus".
import * as Y from "yjs";

const { kind, rooms, editors, seconds, rate, origin, cookies, addresses, server } = JSON.parse(process.argv[2]);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const SECTION = "subjective";

async function ours() {
  const { NoteLink } = await import("./note_link.js");
  const drafts = async () => ({ memoryOnly: true, keep: async () => {}, forget: async () => {}, all: async () => [] });
  return (room, place) => {
    class Wire extends WebSocket {
      constructor(url) {
        super(url, { headers: { Origin: origin, Cookie: cookies[(room * editors + place) % cookies.length] } });
      }
    }
    const state = { view: { changes: 0, generation: 0 }, set(news) { this.view = { ...this.view, ...news }; } };
    const link = new NoteLink({ address: addresses[room], state, Socket: Wire, drafts });
    return { doc: link.doc, ready: () => state.view.ready && link.synced, close: () => link.close() };
  };
}

async function hocuspocus() {
  const { HocuspocusProvider } = await import("@hocuspocus/provider");
  return (room) => {
    const doc = new Y.Doc();
    const provider = new HocuspocusProvider({ url: server, name: `room${room}`, document: doc });
    return { doc, ready: () => provider.isSynced, close: () => provider.destroy() };
  };
}

const open = await (kind === "ours" ? ours() : hocuspocus());
const sentAt = new Map();
const took = [];
let warm = false;

const hands = [];
for (let room = 0; room < rooms; room += 1) {
  for (let place = 0; place < editors; place += 1) hands.push({ room, place, ...open(room, place) });
}
const end = Date.now() + 30000;
while (!hands.every((hand) => hand.ready())) {
  if (Date.now() > end) throw new Error(`only ${hands.filter((hand) => hand.ready()).length} of ${hands.length} came in`);
  await pause(20);
}

function textOf(doc) {
  const fragment = doc.getXmlFragment(SECTION);
  if (!fragment.length) fragment.push([new Y.XmlElement("paragraph")]);
  const paragraph = fragment.get(0);
  if (!paragraph.length) paragraph.push([new Y.XmlText()]);
  return paragraph.get(0);
}

for (let room = 0; room < rooms; room += 1) textOf(hands.find((hand) => hand.room === room).doc);
await pause(500);
for (const hand of hands) {
  hand.doc.getXmlFragment(SECTION).observeDeep((events, transaction) => {
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
async function write(hand, until) {
  await pause((1000 / rate) * Math.random());
  while (performance.now() < until) {
    const token = `k${(count += 1)}`;
    sentAt.set(token, performance.now());
    const text = textOf(hand.doc);
    text.insert(text.length, `${token} `);
    await pause((1000 / rate) * (0.8 + Math.random() * 0.4));
  }
}

const start = performance.now();
setTimeout(() => (warm = true), 1000);
await Promise.all(hands.map((hand) => write(hand, start + 1000 + seconds * 1000)));
await pause(800);
took.sort((one, other) => one - other);
const at = (share) => Math.round(took[Math.min(Math.floor(took.length * share), took.length - 1)] * 100) / 100;
hands.forEach((hand) => hand.close());
console.log(JSON.stringify({ seen: took.length, typed: count, p50: at(0.5), p95: at(0.95), p99: at(0.99) }));
process.exit(0);
