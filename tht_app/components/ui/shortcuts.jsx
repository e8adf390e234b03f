// Keys of one screen: each presses (or only focuses) the button that carries its test id. "?" says which there are.
import { createElement, useEffect, useState } from "react";
import { Dialog } from "$/public/external/tht_app/components/ui/overlay/overlay.jsx";

const TYPING = "input, select, textarea, [contenteditable=true], dialog, aside";

const usable = (id) =>
  Array.from(document.querySelectorAll(`[data-testid="${id}"]`)).find(
    (each) => !each.disabled && each.getAttribute("aria-disabled") !== "true" && each.offsetParent !== null,
  );

export function Shortcuts({ keys, words, looks, children }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const pressed = (event) => {
      if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
      if (event.key === "?") {
        event.preventDefault();
        setOpen(true);
        return;
      }
      const found = keys.find((each) => each.key === event.key.toLowerCase());
      const button = found && usable(found.target);
      if (!button) return;
      event.preventDefault();
      if (found.focus) button.focus();
      else button.click();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [keys]);
  const close = () => setOpen(false);
  const line = (each) =>
    createElement(
      "div",
      { key: each.key, className: looks.line },
      createElement("dt", null, createElement("kbd", { className: looks.kbd }, each.key.toUpperCase())),
      createElement("dd", { className: looks.words }, each.words),
    );
  return createElement(
    Dialog,
    { open, onClose: close, className: looks.dialog, "aria-label": words.title, "data-testid": "ui-shortcuts" },
    createElement("h2", { className: looks.title }, words.title),
    createElement("dl", { className: looks.list }, keys.map(line)),
    createElement(
      "button",
      { type: "button", onClick: close, className: looks.close, "data-testid": "ui-shortcuts-close" },
      words.close,
    ),
    children,
  );
}
