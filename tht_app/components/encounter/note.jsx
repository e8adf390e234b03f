// What stands around the editor of a note: whether everything is saved, and the way to the signature.
import { createElement as h, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { fill, stateOf } from "./note_state.js";

const useNote = (encounter, person) => {
  const note = stateOf(encounter, person);
  return [note, useSyncExternalStore(note.subscribe, () => note.view, () => note.view)];
};

function saveWords(view, words) {
  if (view.refused) return ["danger", view.refused];
  if (!view.ready) return ["busy", words.loading];
  if (view.leftover) return ["danger", words.stuck];
  if (view.unsaved && view.trouble) return ["danger", view.trouble];
  if (view.unsaved && !view.online) return ["wait", fill(words.offline, { count: Math.max(view.changes, 1) })];
  if (view.unsaved) return ["busy", words.saving];
  if (!view.online) return ["wait", words.unreachable];
  return ["done", view.clock ? fill(words.saved, { clock: view.clock }) : words.allSaved];
}

export function NoteStatus({ encounter, person, words, classes, testId }) {
  const [, view] = useNote(encounter, person);
  const [tone, text] = saveWords(view, words);
  return h("p", { role: "status", className: classes[tone], "data-testid": testId }, text);
}

export function ReviewButton({ encounter, person, label, words, className, warnClass, testId, onReview }) {
  const [note] = useNote(encounter, person);
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
    window.addEventListener("keydown", pressed, true);
    return () => window.removeEventListener("keydown", pressed, true);
  }, []);
  return h(
    "div",
    { className: "flex flex-col gap-2" },
    warning && h("p", { role: "alert", className: warnClass, "data-testid": `${testId}-unsaved` }, words.unsaved),
    h("button", { type: "button", className, onClick: review, "aria-busy": waiting, "data-testid": testId }, waiting ? words.waiting : label),
  );
}
