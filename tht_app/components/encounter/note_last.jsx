// The last signed visit beside the present note, and its sections ready to be copied into it. The text comes from the server
// straight to here and goes through the editor of the section: a screen's State never sees it.
import { createElement as h, useEffect, useState, useSyncExternalStore } from "react";
import { fill, stateOf } from "$/public/external/tht_app/components/encounter/note_field/note_state.js";

async function ask(encounter) {
  try {
    const answer = await fetch(`/notes/${encounter}/last`, { cache: "no-store", headers: { accept: "application/json" } });
    return answer.ok ? { visit: (await answer.json()).visit } : { failed: true };
  } catch {
    return { failed: true };
  }
}

function Part({ title, children, looks, action }) {
  return h(
    "section",
    { className: looks.part },
    h("div", { className: looks.partHead }, h("h4", { className: looks.title }, title), action ?? null),
    children,
  );
}

function Copy({ note, section, label, words, looks, onCopied }) {
  const copy = () => note.insert(section.name, section.copy) && onCopied(fill(words.copied, { section: label }));
  return h(
    "button",
    { type: "button", className: looks.button, onClick: copy, "aria-label": fill(words.copyInto, { section: label }), "data-testid": `encounter-last-copy-${section.name}` },
    words.copy,
  );
}

function Visit({ visit, note, view, labels, words, looks, locked }) {
  const [said, setSaid] = useState("");
  const open = view.ready && !view.frozen && !locked;
  const section = (one) => {
    const may = open && one.copy && view.writable.includes(one.name);
    const action = may ? h(Copy, { note, section: one, label: labels[one.name], words, looks, onCopied: setSaid }) : null;
    return h(Part, { key: one.name, title: labels[one.name], looks, action },
      h("p", { className: one.text ? looks.text : looks.quiet }, one.text || words.empty));
  };
  const facts = ({ name, lines }) =>
    h(Part, { key: name, title: words[name], looks },
      h("ul", { className: looks.list }, lines.map((line, place) => h("li", { key: place }, line))));
  return h(
    "div",
    { className: looks.visit },
    h("p", { className: looks.head },
      h("a", { href: `/encounters/${visit.id}`, className: looks.link, "data-testid": "encounter-last-open" }, visit.day), ` · ${visit.type} · ${visit.doctor}`),
    open && h("p", { className: looks.quiet }, words.hint),
    h("p", { role: "status", className: said ? looks.said : looks.silent, "data-testid": "encounter-last-said" }, said),
    visit.sections.map(section),
    visit.facts.map(facts),
  );
}

export function LastVisit({ encounter, person, shown, locked, labels, words, looks }) {
  const [answer, setAnswer] = useState({ of: "" });
  const note = stateOf(encounter, person);
  const view = useSyncExternalStore(note.subscribe, () => note.view, () => note.view);
  const read = () => ask(encounter).then((found) => setAnswer({ of: encounter, ...found }));
  useEffect(() => {
    if (shown && encounter && answer.of !== encounter) read();
  }, [shown, encounter]);
  const here = answer.of === encounter ? answer : {};
  if (here.failed) {
    return h("div", { role: "alert", className: looks.visit },
      h("p", { className: looks.quiet }, words.unreachable),
      h("button", { type: "button", className: looks.button, onClick: read }, words.retry));
  }
  if (here.visit === undefined) return h("p", { className: looks.quiet, "aria-busy": true }, words.loading);
  if (here.visit === null) return h("p", { className: looks.quiet, "data-testid": "encounter-last-none" }, words.none);
  return h("div", { "data-testid": "encounter-last" }, h(Visit, { visit: here.visit, note, view, labels, words, looks, locked }));
}
