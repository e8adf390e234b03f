// A pure Yjs client: the editor's own line (note_link.js) with nothing around it. Commands come on stdin, one JSON a line.
//   {"do":"open"} {"do":"type","section":"plan","text":"x"} {"do":"say"} {"do":"offline"} {"do":"online"} {"do":"flush"}
// The device (what it keeps, across crashes) is a folder; a kill of this process is a killed tab.
import { appendFileSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as Y from "yjs";
import { NoteLink } from "./note_link.js";
import { wordsOf } from "./note_wire.js";

const { address, origin, cookie, device, name } = JSON.parse(process.argv[2]);

// What the browser's IndexedDB does, with files: whole or not at all.
const drafts = async () => ({
  memoryOnly: false,
  keep: async (id, update) => {
    const path = `${device}/${encodeURIComponent(id)}`;
    writeFileSync(`${path}.new`, update);
    renameSync(`${path}.new`, path);
  },
  forget: async (ids) => ids.forEach((id) => rmSync(`${device}/${encodeURIComponent(id)}`, { force: true })),
  all: async () =>
    readdirSync(device)
      .filter((file) => !file.endsWith(".new") && file !== "acknowledged")
      .sort()
      .map((file) => ({ id: decodeURIComponent(file), update: new Uint8Array(readFileSync(`${device}/${file}`)) })),
});

class Wire extends WebSocket {
  constructor(url) {
    if (away) throw new Error("offline");
    super(url, { headers: { Origin: origin, Cookie: cookie } });
  }
}

let away = false;
const state = {
  view: { changes: 0, generation: 0, ready: false },
  set(news) {
    this.view = { ...this.view, ...news };
  },
};
const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const link = new NoteLink({ address, state, Socket: Wire, drafts });
const seen = link.acknowledged.bind(link);
const typed = [];

// What this person saw acknowledged is written down before anything else, as an eye would.
link.acknowledged = (upTo, told) => {
  const words = typed.filter((one) => one.number <= upTo && !one.told);
  words.forEach((one) => (one.told = true));
  if (words.length) appendFileSync(`${device}/acknowledged`, `${words.map((one) => one.word).join("\n")}\n`);
  seen(upTo, told);
};

function type(section, word) {
  const fragment = link.doc.getXmlFragment(section);
  link.doc.transact(() => {
    const last = fragment.get(fragment.length - 1);
    if (!last) return;
    let text = last.get(last.length - 1);
    if (!text) last.push([(text = new Y.XmlText())]);
    text.insert(text.length, word);
  });
  typed.push({ number: link.sent, word });
}

const until = async (done, ms) => {
  const end = Date.now() + ms;
  while (!done() && Date.now() < end) await new Promise((go) => setTimeout(go, 10));
  return done();
};

const commands = {
  open: async () => ({ ready: await until(() => state.view.ready, 20000), view: state.view }),
  type: async ({ section, text }) => (type(section, text), {}),
  say: async () => ({ words: wordsOf(link.doc), vector: Buffer.from(Y.encodeStateVector(link.doc)).toString("hex"), view: state.view }),
  offline: async () => ((away = true), link.drop(), {}),
  online: async () => ((away = false), link.connect(), {}),
  flush: async ({ ms = 30000 }) => ({ flushed: await link.flush(ms), waiting: link.waiting.length }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.do === "end") break;
  tell({ name, ...(await commands[command.do](command)) });
}
process.exit(existsSync(device) ? 0 : 1);
