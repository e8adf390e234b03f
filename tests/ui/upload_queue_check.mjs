// Drives the upload queue against a small server that loses answers, goes away, and refuses some files.
// Prints one JSON object: scenario -> what was seen. Time runs twenty times faster.
import { pathToFileURL } from "node:url";

const realTimeout = globalThis.setTimeout;
globalThis.setTimeout = (call, ms, ...rest) => realTimeout(call, ms / 20, ...rest);
const pause = (ms) => new Promise((done) => realTimeout(done, ms));
const PIECE = 100;

class Server {
  constructor() {
    Object.assign(this, { uploads: new Map(), keys: new Map(), calls: [], mode: "up", together: 0, most: 0, refuse: {} });
  }

  async answer(path, options) {
    this.calls.push(`${options.method} ${path.replace(/u\d+/, "U")}`);
    if (this.mode === "down") throw new TypeError("network");
    if (this.mode === "full" && options.method === "PUT") return reply(503, { title: "penuh" });
    this.together += 1;
    this.most = Math.max(this.most, this.together);
    await pause(2);
    this.together -= 1;
    const result = await this.work(path, options);
    if (this.deaf) {
      this.deaf -= 1;
      throw new TypeError("the answer is lost");
    }
    return result;
  }

  async work(path, options) {
    const [, , id, place] = path.split("/");
    if (!id) return this.begin(options);
    const upload = this.uploads.get(id);
    if (!upload) return reply(404, { code: "attachment.upload_gone", title: "dibatalkan" });
    if (options.method === "DELETE") {
      this.uploads.delete(id);
      return reply(204, {});
    }
    if (place === "finish") {
      if (this.refuse[upload.name]) return reply(409, { code: "attachment.active", title: this.refuse[upload.name] });
      upload.done = true;
      return reply(200, { id });
    }
    if (Number(place) !== upload.body.length) return reply(409, { code: "attachment.wrong_offset", received: upload.body.length });
    upload.body += await options.body.text();
    return reply(200, { received: upload.body.length });
  }

  begin(options) {
    const { name, size } = JSON.parse(options.body);
    if (name.includes("/")) return reply(422, { title: "periksa", errors: { name: "Nama berkas tidak boleh memuat /" } });
    const key = options.headers["Idempotency-Key"];
    if (!this.keys.has(key)) {
      const id = `u${this.keys.size + 1}`;
      this.keys.set(key, id);
      this.uploads.set(id, { name, size, body: "", done: false });
    }
    const id = this.keys.get(key);
    const upload = this.uploads.get(id) ?? { body: "", done: false };
    return reply(200, { id, received: upload.body.length, done: upload.done, piece: PIECE });
  }
}

const reply = (status, body) => ({ status, json: async () => structuredClone(body) });
const file = (name, size, more = {}) => Object.assign(new Blob(["abcdefghij".repeat(Math.ceil(size / 10)).slice(0, size)]), { name, lastModified: 1, ...more });
const about = { kind: "photo", site: "ear", side: "right" };

let reloads = 0;
async function open(server) {
  globalThis.fetch = (path, options = {}) => server.answer(path, options);
  const module = await import(`${pathToFileURL(process.argv[2])}?reload=${(reloads += 1)}`);
  const queue = module.queueOf("visit");
  queue.words = { unreadable: "tidak terbaca" };
  return queue;
}

async function settled(queue, tries = 400) {
  for (let i = 0; i < tries && queue.unfinished; i += 1) await pause(5);
  return queue.view.map(({ name, state, why, sent }) => ({ name, state, why, sent }));
}

async function until(holds) {
  for (let i = 0; i < 400 && !holds(); i += 1) await pause(5);
}
const bodyOf = (server) => [...server.uploads.values()][0]?.body.length ?? 0;

const seen = {};

{
  const server = new Server();
  const queue = await open(server);
  queue.add([file("a.jpg", 250), file("b.jpg", 10), file("c.jpg", 100), file("d.jpg", 30)], about);
  const end = await settled(queue);
  // Two begin at once: which of them the server hears first is nobody's promise.
  const uploads = [...server.uploads.values()].sort((one, other) => one.name.localeCompare(other.name));
  const bodies = uploads.map((upload) => upload.body.length);
  seen.several = { states: end.map((item) => item.state), bodies, most: server.most };
}
{
  const server = new Server();
  const queue = await open(server);
  queue.add([file("a.jpg", 450)], about);
  await until(() => bodyOf(server) > 0);
  server.mode = "down";
  await until(() => queue.view[0].state === "resting");
  const away = queue.view[0].state;
  server.mode = "up";
  const [end] = await settled(queue);
  seen.away = { away, state: end.state, body: [...server.uploads.values()][0].body.length, uploads: server.uploads.size };
}
{
  const server = new Server();
  const queue = await open(server);
  server.deaf = 3;
  queue.add([file("a.jpg", 250)], about);
  const [end] = await settled(queue);
  const [upload] = [...server.uploads.values()];
  seen.deaf = { state: end.state, body: upload.body, uploads: server.uploads.size };
}
{
  const server = new Server();
  const queue = await open(server);
  server.refuse["jahat.pdf"] = "PDF ini memuat skrip.";
  queue.add([file("jahat.pdf", 120), file("../../x<script>.pdf", 5), file("baik.jpg", 150)], about);
  seen.refused = await settled(queue);
}
{
  const server = new Server();
  const queue = await open(server);
  server.mode = "full";
  queue.add([file("a.jpg", 150)], about);
  await until(() => queue.view[0].state === "resting");
  const full = { state: queue.view[0].state, why: queue.view[0].why };
  server.mode = "up";
  const [end] = await settled(queue);
  seen.full = { full, state: end.state };
}
{
  const server = new Server();
  const first = await open(server);
  first.add([file("a.jpg", 450)], about);
  await until(() => bodyOf(server) > 0);
  first.items.forEach((item) => item.stop.abort());
  first.items.forEach((item) => Object.assign(item, { state: "given-up" }));
  const before = bodyOf(server);
  const second = await open(server);
  second.add([file("a.jpg", 450)], about);
  const [end] = await settled(second);
  seen.again = { began: before > 0, state: end.state, uploads: server.uploads.size };
}
{
  const server = new Server();
  const queue = await open(server);
  queue.add([file("a.jpg", 4500)], about);
  await until(() => bodyOf(server) > 0);
  queue.find(queue.view[0].number).giveUp();
  await until(() => server.uploads.size === 0);
  seen.cancelled = { left: queue.view.length, uploads: server.uploads.size };
}
console.log(JSON.stringify(seen));
