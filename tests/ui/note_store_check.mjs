// Drives the note's store against a small server that loses answers, goes away, and has a second writer.
// Prints one JSON object: scenario -> what was seen. Time runs twenty times faster.
import { pathToFileURL } from "node:url";

const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = (call, ms, ...rest) => realTimeout(call, ms / 20, ...rest);
const pause = (ms) => new Promise((done) => realTimeout(done, ms));

class Server {
  constructor() {
    Object.assign(this, { version: 0, text: "", keys: new Map(), puts: [], mode: "up", signed: false });
  }

  async answer(path, options) {
    if (this.mode === "down") throw new TypeError("network");
    if (this.mode === "signed-out") return reply(401, { title: "signed out" });
    if (options.method !== "PUT") return reply(200, this.note(path));
    const { text, base_version: base } = JSON.parse(options.body);
    const key = options.headers["Idempotency-Key"];
    this.puts.push({ text, base, key });
    const result = this.keys.get(key) ?? this.save(text, base);
    if (result.status === 200) this.keys.set(key, result);
    if (this.mode === "deaf") throw new TypeError("the answer is lost");
    return result;
  }

  save(text, base) {
    if (this.signed) return reply(409, { code: "encounter.signed", title: "sudah ditandatangani" });
    if (base !== this.version) return reply(409, { code: "encounter.note_conflict", theirs: this.section() });
    Object.assign(this, { text, version: this.version + 1 });
    return reply(200, { version: this.version, clock: "14.03.21" });
  }

  section() {
    return { text: this.text, version: this.version, author: "dr. Sari", clock: "14.03.00", day: "", writable: true };
  }

  note(path) {
    const empty = { text: "", version: 0, author: "", clock: "", day: "", writable: true };
    if (path.split("/").length > 3) return this.section();
    return { signed: this.signed, sections: { subjective: this.section(), objective: empty, assessment: empty, plan: empty } };
  }
}

function reply(status, body) {
  return { status, json: async () => structuredClone(body) };
}

const store = new Map();
globalThis.sessionStorage = {
  getItem: (key) => store.get(key) ?? null,
  setItem: (key, value) => store.set(key, value),
  removeItem: (key) => store.delete(key),
};

let reloads = 0;
async function open(server, encounter) {
  globalThis.fetch = (path, options = {}) => server.answer(path, options);
  const module = await import(`${pathToFileURL(process.argv[2])}?reload=${(reloads += 1)}`);
  const note = module.noteOf(encounter, "dokter");
  await settled(() => note.look().loaded);
  return { note, field: note.sections.subjective };
}

async function settled(condition) {
  for (let tries = 0; tries < 400; tries += 1) {
    if (condition()) return true;
    await pause(5);
  }
  return false;
}

const seen = {};
const scenario = async (name, play) => {
  const server = new Server();
  const opened = await open(server, name);
  seen[name] = await play({ server, ...opened });
};

await scenario("typing", async ({ server, field }) => {
  for (const text of ["t", "te", "tel"]) field.edit(text);
  await settled(() => !field.unsaved);
  field.edit("telinga");
  await settled(() => !field.unsaved);
  return { text: server.text, puts: server.puts.length, bases: server.puts.map((put) => put.base), kept: store.size, clock: field.clock };
});

await scenario("away", async ({ server, note, field }) => {
  server.mode = "down";
  field.edit("luring satu");
  await settled(() => field.offline);
  field.edit("luring satu dua");
  await pause(80);
  const while_away = { unsaved: note.look().unsaved, offline: field.offline, changes: note.look().changes, kept: store.size };
  server.mode = "up";
  await settled(() => !field.unsaved);
  return { ...while_away, text: server.text, after: { offline: field.offline, changes: field.changes, kept: store.size } };
});

await scenario("lost_answer", async ({ server, field }) => {
  server.mode = "deaf";
  field.edit("sekali");
  await settled(() => server.puts.length >= 2);
  server.mode = "up";
  await settled(() => !field.unsaved);
  const keys = new Set(server.puts.map((put) => put.key));
  return { text: server.text, version: server.version, keys: keys.size, conflict: field.conflict !== null };
});

await scenario("two_writers", async ({ server, field }) => {
  server.save("dari perawat", 0);
  field.edit("dari dokter");
  await settled(() => field.conflict !== null);
  const during = { theirs: field.conflict?.text, mine: field.text, server: server.text };
  field.settle(`${field.conflict.text}\n${field.text}`, true);
  await settled(() => !field.unsaved);
  return { ...during, after: server.text };
});

await scenario("their_text", async ({ server, field }) => {
  server.save("dari perawat", 0);
  field.edit("dari dokter");
  await settled(() => field.conflict !== null);
  field.settle(field.conflict.text, false);
  await pause(50);
  const taken = field.text;
  field.restore();
  await settled(() => !field.unsaved);
  return { taken, restored: server.text };
});

await scenario("reload", async ({ server, field }) => {
  server.mode = "down";
  field.edit("sebelum dimuat ulang");
  await settled(() => field.offline);
  server.mode = "up";
  field.fatal = true;
  const again = await open(server, "reload");
  await settled(() => !again.field.unsaved);
  return { text: server.text, shown: again.field.text, kept: store.size };
});

await scenario("signed_out", async ({ server, field }) => {
  server.mode = "signed-out";
  field.edit("menunggu masuk lagi");
  await settled(() => field.offline);
  const during = field.text;
  server.mode = "up";
  await settled(() => !field.unsaved);
  return { during, text: server.text };
});

await scenario("signed", async ({ server, note, field }) => {
  server.signed = true;
  field.edit("terlambat");
  await settled(() => field.refused !== "");
  const flushed = await note.flush();
  return { refused: field.refused, text: field.text, flushed, puts: server.puts.length };
});

await scenario("flush", async ({ server, note, field }) => {
  field.edit("tinjau");
  const flushed = await note.flush();
  return { flushed, text: server.text };
});

console.log(JSON.stringify(seen));
process.exit(0);
