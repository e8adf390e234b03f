// A text box that suggests: asks after a short pause, Up and Down choose, Enter takes, Escape closes.
import { createElement, useEffect, useId, useLayoutEffect, useRef, useState } from "react";

const PAUSE_MS = 180;
const KEPT_MS = 60000;

// What was chosen survives a screen that is drawn afresh, as the fields of form.jsx do.
const kept = new Map();

let questions = 0;
const newQuestion = () => `${Date.now()}-${(questions += 1)}`;

// Suggestions count only as the answer to what stands in the box now: every question has a name, and `answers` is the name
// of the one that `results` were found for.
function useSuggestions({ results, answers, least, onSearch }) {
  const timer = useRef(null);
  const asked = useRef({ text: null, question: null });
  useEffect(() => () => clearTimeout(timer.current), []);
  const forget = () => {
    clearTimeout(timer.current);
    asked.current = { text: null, question: null };
  };
  const ask = (text, pause = PAUSE_MS) => {
    if (text === asked.current.text) return;
    clearTimeout(timer.current);
    const question = text.length >= least ? newQuestion() : null;
    asked.current = { text, question };
    if (question) timer.current = setTimeout(() => onSearch(text, question), pause);
  };
  const fresh = asked.current.question !== null && answers === asked.current.question;
  return { ask, forget, fresh, found: fresh ? results : [] };
}

// The mark that keeps a suggestion in front: for mouse and finger, since a list of suggestions has no stops for Tab. Who
// works with keys finds the same star where the chosen one is shown.
function Star({ item, words, starClass, onStar }) {
  return createElement(
    "button",
    {
      type: "button",
      tabIndex: -1,
      className: starClass,
      title: item.starred ? words.unstar : words.star,
      "aria-label": item.starred ? words.unstar : words.star,
      "data-testid": "ui-combobox-star",
      onClick: (event) => {
        event.stopPropagation();
        onStar(item.value, !item.starred);
      },
    },
    item.starred ? "★" : "☆",
  );
}

export function Combobox({
  onSearch, onPick, onStar, results, answers, name, initial, initialText, least, words, boxProps, listClass, itemClass, starClass, className,
}) {
  const [text, setText] = useState(initialText ?? "");
  const [value, setValue] = useState(initial ?? "");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const box = useRef(null);
  const id = useId();
  const { ask, forget: unask, fresh, found } = useSuggestions({ results, answers, least, onSearch });
  useEffect(() => setActive(0), [answers]);
  const place = `${typeof location === "undefined" ? "" : location.pathname}|${boxProps.id}`;
  const touched = useRef(false);
  useEffect(() => {
    const was = kept.get(place);
    kept.delete(place);
    if (!was || Date.now() - was.at > KEPT_MS) return;
    touched.current = true;
    setText(was.text);
    setValue(was.value);
  }, []);
  const now = useRef(null);
  now.current = { text, value };
  useLayoutEffect(() => {
    const screen = location.pathname;
    return () => {
      const stays = screen === location.pathname && !box.current?.closest("dialog, aside");
      if (name && touched.current && stays) kept.set(place, { ...now.current, at: Date.now() });
    };
  }, []);
  useEffect(() => {
    const form = box.current?.form;
    const forget = () => {
      touched.current = false;
    };
    const cleared = () => {
      forget();
      setText(initialText ?? "");
      setValue(initial ?? "");
    };
    form?.addEventListener("tht:kept", forget);
    form?.addEventListener("reset", cleared);
    return () => {
      form?.removeEventListener("tht:kept", forget);
      form?.removeEventListener("reset", cleared);
    };
  }, [initial, initialText]);
  useEffect(() => {
    if (touched.current) return;
    setText(initialText ?? "");
    setValue(initial ?? "");
  }, [initial, initialText]);
  const wanted = text.trim();
  // Nothing typed: there is something to choose from or there is nothing to say.
  const shown = open && (wanted ? wanted.length >= least : found.length > 0);
  const typed = (event) => {
    const next = event.target.value;
    touched.current = true;
    setText(next);
    setValue("");
    setOpen(next.trim().length >= least);
    ask(next.trim());
  };
  const reopen = () => {
    if (wanted.length < least) return;
    setOpen(true);
    ask(wanted, 0);
  };
  const close = () => {
    setOpen(false);
    unask();
  };
  const take = (option) => {
    touched.current = true;
    setText(name ? option.label : "");
    setValue(option.value);
    close();
    onPick?.(option.value);
  };
  const pressed = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return reopen();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((was) => (was + step + found.length) % Math.max(found.length, 1));
    } else if (event.key === "Enter" && shown && (found[active] || !fresh)) {
      event.preventDefault();
      if (found[active]) take(found[active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
    return undefined;
  };
  const option = (item, index) =>
    createElement(
      "li",
      {
        key: item.value,
        id: `${id}-${index}`,
        role: "option",
        "aria-selected": index === active,
        className: itemClass,
        onPointerDown: (event) => event.preventDefault(),
        onClick: () => take(item),
      },
      createElement("span", null, item.label),
      item.hint ? createElement("span", { className: "text-muted text-13" }, item.hint) : null,
      onStar ? createElement(Star, { item, words, starClass, onStar }) : null,
    );
  return createElement(
    "div",
    { className },
    createElement("input", {
      ...boxProps,
      ref: box,
      type: "text",
      role: "combobox",
      autoComplete: "off",
      "aria-expanded": shown,
      "aria-controls": `${id}-list`,
      "aria-autocomplete": "list",
      "aria-activedescendant": shown && found[active] ? `${id}-${active}` : undefined,
      value: text,
      onChange: typed,
      onKeyDown: pressed,
      onFocus: () => value === "" && reopen(),
      onBlur: close,
    }),
    name && createElement("input", { type: "hidden", name, value }),
    createElement(
      "ul",
      { id: `${id}-list`, role: "listbox", "aria-label": words.results, hidden: !shown, className: listClass },
      onStar && !wanted && found.length ? createElement("li", { className: "px-3 py-1 text-13 font-semibold text-muted", role: "presentation" }, words.own) : null,
      found.map(option),
      found.length === 0 ? createElement("li", { className: "px-3 py-2 text-muted", role: "presentation" }, fresh ? words.none : words.searching) : null,
    ),
    createElement("span", { className: "sr-only", "aria-live": "polite" }, shown && fresh ? `${found.length} ${words.results}` : ""),
  );
}
