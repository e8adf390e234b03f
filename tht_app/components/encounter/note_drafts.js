// What was typed and is not acknowledged, kept on this device so that only its author can read it: sealed with AES-GCM
// under a key that the server gives to this person's session and that is stored nowhere. Without WebCrypto (a page that
// came over plain http from another machine) nothing is written to the device at all.
const DATABASE = "tht-drafts";
const STORE = "drafts";
const NONCE = 12;

const asked = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

async function openDatabase() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" }).createIndex("scope", "scope");
  return asked(request);
}

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const label = (scope, id) => new TextEncoder().encode(`${scope}|${id}`);

class Drafts {
  memoryOnly = false;

  constructor(database, key, scope) {
    Object.assign(this, { database, key, scope });
  }

  store(mode) {
    return this.database.transaction(STORE, mode).objectStore(STORE);
  }

  async keep(id, update) {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const options = { name: "AES-GCM", iv: nonce, additionalData: label(this.scope, id) };
    const sealed = await crypto.subtle.encrypt(options, this.key, update);
    await asked(this.store("readwrite").put({ id, scope: this.scope, at: Date.now(), nonce, sealed }));
  }

  async forget(ids) {
    const store = this.store("readwrite");
    await Promise.all(ids.map((id) => asked(store.delete(id))));
  }

  // In the order in which they were typed; what does not open (another key, a damaged record) is left where it is.
  async all() {
    const records = await asked(this.store("readonly").index("scope").getAll(this.scope));
    const opened = [];
    for (const { id, nonce, sealed, at } of records.sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))) {
      try {
        const options = { name: "AES-GCM", iv: nonce, additionalData: label(this.scope, id) };
        opened.push({ id, at, update: new Uint8Array(await crypto.subtle.decrypt(options, this.key, sealed)) });
      } catch {
        // Not ours to throw away.
      }
    }
    return opened;
  }
}

const inMemory = { memoryOnly: true, keep: async () => {}, forget: async () => {}, all: async () => [] };

export async function openDrafts(scope, key) {
  if (!key || !globalThis.crypto?.subtle || !globalThis.indexedDB) return inMemory;
  try {
    const imported = await crypto.subtle.importKey("raw", bytesOf(key), "AES-GCM", false, ["encrypt", "decrypt"]);
    return new Drafts(await openDatabase(), imported, scope);
  } catch {
    return inMemory;
  }
}
