// Dialog, side sheet and menu on what the browser gives: <dialog> traps and returns the focus by itself.
import { createElement, useEffect, useId, useRef, useState } from "react";

// The field or button that was meant, else the first of the content: never the cross, which stands before it.
const firstOf = (dialog) => {
  const content = dialog.querySelector("[data-dialog-content]") ?? dialog;
  return (
    content.querySelector("[data-autofocus]") ??
    content.querySelector("input:not([type=hidden]):not(:disabled), select, textarea") ??
    content.querySelector("button:not(:disabled), a[href]")
  );
};

export function Dialog({ open, onClose, urgent, children, ...rest }) {
  const box = useRef(null);
  useEffect(() => {
    const dialog = box.current;
    if (open && !dialog.open) {
      dialog.showModal();
      firstOf(dialog)?.focus();
    }
    if (!open && dialog.open) dialog.close();
  }, [open]);
  const cancelled = (event) => {
    event.preventDefault();
    onClose?.();
  };
  const clicked = (event) => {
    if (!urgent && event.target === box.current) onClose?.();
  };
  return createElement(
    "dialog",
    { ...rest, ref: box, onCancel: cancelled, onMouseDown: clicked, role: urgent ? "alertdialog" : undefined },
    open ? children : null,
  );
}

// Beside the page, not over it: the page stays usable. Escape closes, the focus goes back where it came from.
export function SideSheet({ open, onClose, children, ...rest }) {
  const panel = useRef(null);
  const from = useRef(null);
  useEffect(() => {
    if (open) {
      from.current = document.activeElement;
      (panel.current?.querySelector("[data-autofocus]") ?? panel.current)?.focus();
    } else if (from.current?.isConnected) {
      from.current.focus();
      from.current = null;
    }
  }, [open]);
  if (!open) return null;
  const pressed = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) onClose?.();
  };
  return createElement("aside", { ...rest, ref: panel, tabIndex: -1, onKeyDown: pressed }, children);
}

const items = (list) => Array.from(list.querySelectorAll('[role="menuitem"]:not([disabled])'));

export function Menu({ trigger, triggerProps, label, align, children, className }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef(null);
  const list = useRef(null);
  const button = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    items(list.current)[0]?.focus();
    const outside = (event) => {
      if (!root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const pressed = (event) => {
    const all = items(list.current);
    const here = all.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      setOpen(false);
    }
  };
  const chosen = (event) => {
    if (event.target.closest('[role="menuitem"]')) close();
  };
  return createElement(
    "div",
    { ref: root, className: "relative inline-block" },
    createElement(
      "button",
      {
        ...triggerProps,
        type: "button",
        ref: button,
        "aria-label": label,
        "aria-haspopup": "menu",
        "aria-expanded": open,
        "aria-controls": id,
        onClick: () => setOpen((was) => !was),
      },
      trigger,
    ),
    createElement(
      "div",
      {
        id,
        ref: list,
        role: "menu",
        hidden: !open,
        onKeyDown: pressed,
        onClick: chosen,
        className: `${className} ${align === "start" ? "left-0" : "right-0"}`,
      },
      children,
    ),
  );
}
