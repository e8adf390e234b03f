// The note that several people write at once. Four sections, who else is here, what has not reached the server.
import { createElement as h, useEffect, useReducer, useRef, useState, useSyncExternalStore } from "react";
import { deliverBeforeLeaving } from "$/public/external/tht_app/components/layout/nav/leaving.js";
import "./note.css";
import { insertCopy } from "./note_copy.js";
import { History } from "./note_history.jsx";
import { NoteLink } from "./note_link.js";
import { PhraseTools } from "./note_phrases.jsx";
import { ACTIONS, openSection } from "./note_section.js";
import { stateOf } from "./note_state.js";

const CLOSE_AFTER_MS = 1500;
const LEAVING_MS = 6000;
const links = new Map();

// A note stays open for a moment after it has left the screen, and for as long as something has not been delivered.
function useLink(encounter, person) {
  const key = `${person}:${encounter}`;
  const state = stateOf(encounter, person);
  if (!links.has(key)) {
    const address = `${location.origin.replace("http", "ws")}/notes/${encounter}/live`;
    links.set(key, { link: new NoteLink({ address, state }), users: 0 });
  }
  const held = links.get(key);
  useEffect(() => {
    held.users += 1;
    const forget = deliverBeforeLeaving(async () => ((await held.link.flush(LEAVING_MS)) ? 0 : Math.max(state.view.changes, 1)));
    const leaving = (event) => held.link.waiting.length && event.preventDefault();
    const network = () => held.link.drop();
    window.addEventListener("beforeunload", leaving);
    window.addEventListener("online", network);
    window.addEventListener("offline", network);
    return () => {
      held.users -= 1;
      setTimeout(async () => {
        if (held.users === 0) await held.link.flush(10 * 60000);
        if (held.users > 0) return;
        links.delete(key);
        held.link.close();
        forget();
        [["beforeunload", leaving], ["online", network], ["offline", network]].forEach(([name, ear]) => window.removeEventListener(name, ear));
      }, CLOSE_AFTER_MS);
    };
  }, [held]);
  return [held.link, useSyncExternalStore(state.subscribe, () => state.view, () => state.view)];
}

function Tool({ name, editor, words, icons, looks, testId }) {
  const { can = () => true, on, run } = ACTIONS[name];
  const pressed = on ? on(editor) : undefined;
  return h(
    "button",
    {
      type: "button",
      className: looks.tool,
      title: words[name],
      "aria-label": words[name],
      "aria-pressed": pressed,
      disabled: !can(editor),
      onMouseDown: (event) => event.preventDefault(),
      onClick: () => run(editor),
      "data-testid": `${testId}-${name}`,
    },
    icons[name],
  );
}

function Section({ link, view, name, place, label, locked, words, looks, icons, encounter, onPlace }) {
  const holder = useRef(null);
  const [editor, setEditor] = useState(null);
  const [, redraw] = useReducer((count) => count + 1, 0);
  const testId = `encounter-note-${name}`;
  const mine = view.writable.includes(name);
  const editable = view.ready && mine && !view.frozen && !locked;
  useEffect(() => {
    const attributes = {
      class: "note-body", role: "textbox", "aria-multiline": "true", "aria-label": label, spellcheck: "false",
      autocorrect: "off", "data-testid": `${testId}-text`,
    };
    const opened = openSection({ holder: holder.current, link, name, attributes, editable: false, onChange: redraw });
    setEditor(opened);
    link.sections.set(name, opened);
    let visited = false;
    opened.on("focus", () => (visited = true));
    const forget = link.state.inserts(name, (text) => opened.isEditable && insertCopy(opened, text, visited));
    return () => {
      forget();
      opened.destroy();
    };
  }, [link.doc, label]);
  useEffect(() => {
    if (!editor || editor.isDestroyed) return;
    editor.setEditable(editable, false);
    const body = editor.view.dom;
    body.setAttribute("aria-readonly", String(!editable));
    if (editable) body.removeAttribute("tabindex");
    else body.setAttribute("tabindex", "0");
  }, [editor, editable]);
  useEffect(() => {
    const pressed = (event) => {
      if (event.altKey && !event.ctrlKey && event.code === `Digit${place}`) {
        event.preventDefault();
        holder.current?.querySelector(".note-body")?.focus();
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [place]);
  const why = view.ready && !view.frozen && !locked && !mine ? words.notYours : "";
  return h(
    "section",
    { className: looks.field, "data-testid": testId },
    h(
      "div",
      { className: looks.head },
      h("h3", { className: looks.label, onClick: () => editor?.commands.focus() }, label),
      h("kbd", { className: looks.key, "aria-hidden": true }, `Alt+${place}`),
      editable && editor && !editor.isDestroyed
        ? h("div", { className: looks.tools, role: "group", "aria-label": label },
            h(PhraseTools, { editor, link, name, encounter, words, looks, icons, onPlace, testId }),
            Object.keys(ACTIONS).map((action) => h(Tool, { key: action, name: action, editor, words, icons, looks, testId })))
        : null,
    ),
    h("div", { ref: holder, className: `${looks.box} ${editable ? "" : looks.readOnly}`, "aria-busy": !view.ready }),
    why && h("p", { className: looks.why }, why),
  );
}

function People({ view, words, looks, icons }) {
  if (!view.people.length) return null;
  return h(
    "ul",
    { className: looks.people, "aria-label": words.people, "data-testid": "encounter-note-people" },
    view.people.map(({ seat, name, nurse, colour }) =>
      h("li", { key: seat, className: `${looks.person} note-hand-${colour}` },
        h("span", { className: "note-dot", "aria-hidden": true }), name, h("span", { className: looks.role }, nurse ? words.nurse : words.doctor)),
    ),
  );
}

// Words that came too late become the draft of an addendum, for the doctor to read, change and sign; nothing is sent.
function draftAddendum(field, text) {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, [field.value, text].filter(Boolean).join("\n\n"));
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.scrollIntoView({ block: "center" });
  field.focus();
}

function Leftover({ leftover, addendum, labels, words, looks }) {
  const { texts, added, done } = leftover;
  const draft = () => {
    const field = document.querySelector(`[data-testid="${addendum}"]`);
    if (field) draftAddendum(field, added.map(([name, text]) => `${labels[name]}: ${text}`).join("\n"));
  };
  const copy = () => navigator.clipboard?.writeText(texts.map(([name, text]) => `${labels[name]}\n${text}`).join("\n\n"));
  return h(
    "div",
    { role: "alert", className: looks.leftover, "data-testid": "encounter-note-leftover" },
    h("p", { className: looks.leftoverTitle }, leftover.words, " ", words.leftover),
    texts.map(([name, text]) => h("pre", { key: name, className: looks.theirs, tabIndex: 0, "aria-label": labels[name] }, text)),
    h("div", { className: looks.actions },
      addendum && h("button", { type: "button", className: looks.main, onClick: draft, "data-testid": "encounter-note-leftover-addendum" }, words.addendum),
      navigator.clipboard && h("button", { type: "button", className: looks.button, onClick: copy }, words.copy),
      h("button", { type: "button", className: looks.button, onClick: done, "data-testid": "encounter-note-leftover-done" }, words.putAway)),
  );
}

export function NoteEditor({ encounter, person, locked, addendum, labels, words, looks, icons, onPlace, onSigned }) {
  const [link, view] = useLink(encounter, person);
  // Signed meanwhile at another screen: what stands around the note has to say so too.
  useEffect(() => {
    if (view.frozen && !locked) onSigned();
  }, [view.frozen, locked]);
  const [history, setHistory] = useState(false);
  return h(
    "div",
    { className: looks.note, "data-note": "true" },
    h("div", { className: looks.top },
      h(People, { view, words, looks, icons }),
      h("button", { type: "button", className: looks.quiet, onClick: () => setHistory(true), "data-testid": "encounter-note-history" }, icons.history, words.history)),
    view.memoryOnly && h("p", { className: looks.warn, "data-testid": "encounter-note-memory" }, words.memory),
    view.leftover && h(Leftover, { leftover: view.leftover, addendum, labels, words, looks }),
    Object.keys(labels).map((name, index) =>
      h(Section, { key: `${view.generation}:${name}`, link, view, name, place: index + 1, label: labels[name], locked, words, looks, icons, encounter, onPlace })),
    history && h(History, { encounter, labels, words, looks, icons, onClose: () => setHistory(false) }),
  );
}
