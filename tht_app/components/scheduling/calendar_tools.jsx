// What stands above the calendar and works in every view: how fine the grid is, the list of keys, printing.
import { createElement as h, useEffect, useRef, useState, useSyncExternalStore } from "react";

const PLACE = "tht:calendar";
const ZOOMS = [5, 10, 15, 30];
const USUAL = { zoom: 15, letters: true };
const TYPING = "input, textarea, select, [contenteditable=true], [role=combobox], dialog";

// Habits of this browser, not of the account: a desk's screen and a tablet want different ones.
const kept = () => {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
    return { zoom: ZOOMS.includes(found.zoom) ? found.zoom : USUAL.zoom, letters: found.letters !== false };
  } catch {
    return USUAL;
  }
};
const listeners = new Set();
let habits = typeof localStorage === "undefined" ? USUAL : kept();
const change = (news) => {
  habits = { ...habits, ...news };
  try {
    localStorage.setItem(PLACE, JSON.stringify(habits));
  } catch {
    // A browser that keeps nothing forgets the choice with the tab, no more.
  }
  for (const listener of listeners) listener();
};
const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useHabits = () => useSyncExternalStore(subscribe, () => habits, () => USUAL);

function KeyList({ open, onClose, letters, help, words, looks }) {
  const box = useRef(null);
  useEffect(() => {
    if (open && !box.current.open) box.current.showModal();
    if (!open && box.current.open) box.current.close();
  }, [open]);
  const row = ({ keys, text }) =>
    h("tr", { key: keys }, h("td", { className: looks.keys }, ...keys.split(" ").map((key) => h("kbd", { key, className: looks.key }, key))), h("td", { className: looks.what }, text));
  return h(
    "dialog",
    { ref: box, className: looks.dialog, "aria-labelledby": "scheduling-keys-title", onClose, onClick: (event) => event.target === box.current && onClose(), "data-testid": "scheduling-keys-list" },
    h(
      "div",
      { className: looks.card },
      h("h2", { id: "scheduling-keys-title", className: looks.title }, words.title),
      h("table", null, h("tbody", null, help.map(row))),
      h("label", { className: looks.choice }, h("input", { type: "checkbox", checked: letters, onChange: (event) => change({ letters: event.target.checked }), "data-testid": "scheduling-keys-letters" }), words.letters),
      h("button", { type: "button", className: looks.close, onClick: onClose, autoFocus: true, "data-testid": "scheduling-keys-close" }, words.close),
    ),
  );
}

// n, t, d, w and ? work wherever nothing is being typed, and not at all for who switched them off.
function useLetters(letters, acts) {
  const now = useRef(acts);
  now.current = acts;
  useEffect(() => {
    if (!letters) return undefined;
    const pressed = (event) => {
      const busy = event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || event.target.closest?.(TYPING);
      const act = busy ? null : now.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [letters]);
}

// The paper shows the list, so from another view the list comes first.
function usePrint(view, loaded, onGo) {
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    if (!wanted || view !== "list" || !loaded) return undefined;
    const timer = setTimeout(() => {
      setWanted(false);
      window.print();
    }, 250);
    return () => clearTimeout(timer);
  }, [wanted, view, loaded]);
  return () => {
    setWanted(true);
    if (view !== "list") onGo("list");
  };
}

export function CalendarTools({ view, loaded, canBook, help, words, looks, icons, onGo, onNew }) {
  const { zoom, letters } = useHabits();
  const [open, setOpen] = useState(false);
  const print = usePrint(view, loaded, onGo);
  useLetters(letters, {
    n: canBook ? onNew : undefined,
    t: () => onGo("today"),
    d: () => onGo("day"),
    w: () => onGo("week"),
    "?": () => setOpen(true),
  });
  const choice = (minutes) => h("option", { key: minutes, value: minutes }, words.minutes.replace("{minutes}", minutes));
  return h(
    "div",
    { className: looks.row },
    view === "list"
      ? null
      : h(
          "select",
          { value: zoom, className: looks.select, "aria-label": words.zoom, title: words.zoom, onChange: (event) => change({ zoom: Number(event.target.value) }), "data-testid": "scheduling-zoom" },
          ZOOMS.map(choice),
        ),
    h("button", { type: "button", className: looks.button, "aria-label": words.keys, title: `${words.keys} (?)`, onClick: () => setOpen(true), "data-testid": "scheduling-keys" }, icons.keys),
    h("button", { type: "button", className: looks.button, "aria-label": words.print, title: words.print, onClick: print, "data-testid": "scheduling-print" }, icons.print),
    h(KeyList, { open, onClose: () => setOpen(false), letters, help, words, looks }),
  );
}
