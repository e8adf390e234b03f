// A note's four sections in a browser, as the clinic opens them, over our line or over Hocuspocus's: when was a key
// pressed here, when was a letter of the other page painted.
import { HocuspocusProvider } from "@hocuspocus/provider";
import * as Y from "yjs";
import { NoteLink } from "./note_link.js";
import { openSection } from "./note_section.js";

const SECTIONS = ["subjective", "objective", "assessment", "plan"];
const now = () => performance.timeOrigin + performance.now();

function ours({ address }) {
  const state = { view: { changes: 0, generation: 0 }, set(news) { this.view = { ...this.view, ...news }; } };
  const link = new NoteLink({ address, state });
  return [link, () => state.view.ready && link.synced];
}

function hocuspocus({ server, room }) {
  const doc = new Y.Doc();
  const provider = new HocuspocusProvider({ url: server, name: room, document: doc });
  return [{ doc, presence: provider.awareness }, () => provider.isSynced];
}

globalThis.openNote = async (about) => {
  const [link, ready] = (about.kind === "ours" ? ours : hocuspocus)(about);
  document.body.replaceChildren();
  while (!ready()) await new Promise((done) => setTimeout(done, 20));
  for (const name of SECTIONS) {
    const holder = document.body.appendChild(document.createElement("div"));
    openSection({ holder, link, name, attributes: { id: name }, editable: true, onChange: () => {} });
  }
  measure(document.getElementById("subjective"), about.mine, about.theirs);
};

// Each page types one letter only: the n-th that is seen is the n-th that was pressed.
function measure(body, mine, theirs) {
  globalThis.pressed = [];
  globalThis.painted = [];
  let there = 0;
  document.addEventListener("keydown", (event) => event.key === mine && globalThis.pressed.push(performance.timeOrigin + event.timeStamp), true);
  const frame = new MessageChannel();
  frame.port1.onmessage = ({ data }) => {
    for (let place = globalThis.painted.length; place < data; place += 1) globalThis.painted.push(now());
  };
  new MutationObserver(() => {
    const count = body.textContent.split(theirs).length - 1;
    if (count <= there) return;
    there = count;
    requestAnimationFrame(() => frame.port2.postMessage(count));
  }).observe(body, { subtree: true, childList: true, characterData: true });
}
