// The fields of a note: one text box a section, with its save state in words and what to do when two people wrote.
import { createElement as h, useEffect, useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { fill, noteOf } from "./note_store.js";

function saveWords(view, words) {
  if (!view.ready) return words.loading;
  if (view.conflict) return words.conflict;
  if (view.refused) return view.refused;
  if (view.unsaved && view.offline) return fill(words.offline, { count: Math.max(view.changes, 1) });
  if (view.unsaved) return words.saving;
  if (!view.clock) return words.empty;
  return fill(view.author ? words.by : words.saved, { clock: [view.day, view.clock].filter(Boolean).join(" "), author: view.author });
}

function saveTone(view) {
  if (view.conflict || view.refused) return "danger";
  if (view.unsaved) return view.offline ? "wait" : "busy";
  return "done";
}

function Conflict({ section, view, words, classes, testId }) {
  const theirs = view.conflict;
  const button = (name, onClick) =>
    h("button", { type: "button", className: classes.button, onClick, "data-testid": `${testId}-${name}` }, words[name]);
  return h(
    "div",
    { role: "alert", className: classes.conflict, "data-testid": `${testId}-conflict` },
    h("p", { className: classes.conflictTitle }, fill(words.conflictTitle, { author: theirs.author, clock: theirs.clock })),
    h("pre", { className: classes.theirs, tabIndex: 0, "aria-label": words.theirs }, theirs.text),
    h(
      "div",
      { className: classes.actions },
      button("both", () => section.settle(`${theirs.text}\n${view.text}`, true)),
      button("mine", () => section.settle(view.text, true)),
      button("takeTheirs", () => section.settle(theirs.text, false)),
    ),
  );
}

export function NoteField({ encounter, person, section: name, label, number, rows, locked, words, classes, testId }) {
  const note = noteOf(encounter, person);
  const section = note.sections[name];
  const view = useSyncExternalStore(section.subscribe, () => section.view, () => section.view);
  const field = useRef(null);
  const id = useId();
  const readOnly = locked || !view.ready || !view.writable || view.fatal;
  useEffect(() => note.revisit(), [note]);
  useEffect(() => {
    if (locked) note.load();
  }, [locked, note]);
  useEffect(() => {
    const pressed = (event) => {
      if (event.altKey && !event.ctrlKey && event.code === `Digit${number}`) {
        event.preventDefault();
        field.current?.focus();
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [number]);
  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  }, [view.text]);
  const why = !locked && view.ready && !view.writable ? words.notYours : "";
  return h(
    "div",
    { className: classes.field, "data-testid": testId },
    h(
      "div",
      { className: classes.head },
      h("label", { htmlFor: id, className: classes.label }, label),
      h("kbd", { className: classes.key, "aria-hidden": true }, `Alt+${number}`),
      h("p", { role: "status", className: classes[saveTone(view)], "data-testid": `${testId}-status` }, saveWords(view, words)),
    ),
    view.conflict && h(Conflict, { section, view, words, classes, testId }),
    view.conflict && h("p", { className: classes.mineTitle }, words.mineTitle),
    h("textarea", {
      id,
      ref: field,
      value: view.text,
      rows,
      readOnly,
      spellCheck: false,
      maxLength: 50000,
      className: classes.box,
      "aria-busy": !view.ready,
      "aria-describedby": why ? `${id}-why` : undefined,
      "data-testid": `${testId}-text`,
      onChange: (event) => section.edit(event.target.value),
      onBlur: () => section.flush(),
      onFocus: () => section.refresh(),
    }),
    view.former !== null &&
      h("button", { type: "button", className: classes.button, onClick: () => section.restore(), "data-testid": `${testId}-restore` }, words.restore),
    why && h("p", { id: `${id}-why`, className: classes.why }, why),
  );
}

export function NoteStatus({ encounter, person, words, classes, testId }) {
  const note = noteOf(encounter, person);
  const view = useSyncExternalStore(note.subscribe, () => note.view, () => note.view);
  if (!view.loaded) {
    const tone = view.failed ? "wait" : "busy";
    return h("p", { role: "status", className: classes[tone], "data-testid": testId }, view.failed ? words.unreachable : words.loading);
  }
  let [tone, text] = ["done", words.allSaved];
  if (view.stuck) [tone, text] = ["danger", words.stuck];
  else if (view.unsaved && view.offline) [tone, text] = ["wait", fill(words.offline, { count: view.changes })];
  else if (view.unsaved) [tone, text] = ["busy", words.saving];
  return h("p", { role: "status", className: classes[tone], "data-testid": testId }, text);
}

export function ReviewButton({ encounter, person, label, words, className, warnClass, testId, onReview }) {
  const note = noteOf(encounter, person);
  const [waiting, setWaiting] = useState(false);
  const [warning, setWarning] = useState(false);
  const review = async () => {
    if (waiting) return;
    setWaiting(true);
    const saved = await note.flush();
    setWaiting(false);
    setWarning(!saved);
    if (saved) onReview();
  };
  const newest = useRef(review);
  newest.current = review;
  useEffect(() => {
    const pressed = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target?.closest?.("[data-note]")) {
        event.preventDefault();
        newest.current();
      }
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
  return h(
    "div",
    { className: "flex flex-col gap-2" },
    warning && h("p", { role: "alert", className: warnClass, "data-testid": `${testId}-unsaved` }, words.unsaved),
    h("button", { type: "button", className, onClick: review, "aria-busy": waiting, "data-testid": testId }, waiting ? words.waiting : label),
  );
}
