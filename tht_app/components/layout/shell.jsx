// Small things that only a browser can do for the shell.
import { Fragment, createElement, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useLocation } from "react-router";
import { fill } from "$/public/external/tht_app/i18n/words/i18n.js";
import { deliverEverything } from "./leaving.js";

const WIDE = 1280;
const remembered = () => {
  try {
    return localStorage.getItem("tht.rail");
  } catch {
    return null;
  }
};

if (typeof document !== "undefined") {
  document.documentElement.dataset.rail = remembered() ?? (window.innerWidth >= WIDE ? "open" : "narrow");
}

export function RailToggle({ words, children, ...rest }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(document.documentElement.dataset.rail === "open"), []);
  const toggle = () => {
    const next = open ? "narrow" : "open";
    document.documentElement.dataset.rail = next;
    setOpen(!open);
    try {
      localStorage.setItem("tht.rail", next);
    } catch {
      // A browser without storage forgets the width.
    }
  };
  const label = open ? words.close : words.open;
  return createElement(
    "button",
    { ...rest, type: "button", "aria-label": label, title: label, "aria-expanded": open, onClick: toggle },
    children,
  );
}

let shownPath = null;

// After a change of screen the focus stands on its heading, so that a screen reader says where one is.
export function RouteFocus() {
  const { pathname } = useLocation();
  useEffect(() => {
    const first = shownPath === null;
    const changed = shownPath !== pathname;
    shownPath = pathname;
    if (first || !changed) return undefined;
    let left = 90;
    let frame = requestAnimationFrame(function look() {
      const busy = document.activeElement;
      if (busy && busy !== document.body && busy.closest("main")) return;
      const heading = document.querySelector("main h1");
      if (heading) heading.focus({ preventScroll: true });
      else if (left-- > 0) frame = requestAnimationFrame(look);
    });
    return () => cancelAnimationFrame(frame);
  }, [pathname]);
  return null;
}

// Ctrl+K (or Command+K) goes to the search box from anywhere.
export function SearchKey() {
  useEffect(() => {
    const pressed = (event) => {
      if (event.key?.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      const box = document.querySelector("[data-global-search] input");
      if (!box) return;
      event.preventDefault();
      box.focus();
      box.select?.();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  return null;
}

// A real form post: the answer is a new document, and nothing of this tab is left behind. What others write while the
// page goes is cleared last. First everything typed is delivered; what cannot be is said, and stays sealed on the device.
const emptyTab = () => sessionStorage.clear();

export function SignOut({ words, looks, children, ...rest }) {
  const form = useRef(null);
  const question = useRef(null);
  const [left, setLeft] = useState(0);
  const [busy, setBusy] = useState(false);
  const leave = () => {
    emptyTab();
    window.addEventListener("pagehide", emptyTab);
    form.current.submit();
  };
  const leaving = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const count = await deliverEverything();
    setBusy(false);
    setLeft(count);
    if (count === 0) leave();
  };
  useEffect(() => {
    if (left > 0) question.current.showModal();
  }, [left]);
  const button = (name, look, onClick) =>
    createElement("button", { type: "button", className: look, onClick, "data-testid": `shell-person-${name}` }, words[name]);
  return createElement(
    Fragment,
    null,
    createElement("form", { ...rest, ref: form, method: "post", action: "/signout", onSubmit: leaving, "aria-busy": busy }, children),
    left > 0 && createPortal(
      createElement(
        "dialog",
        { ref: question, className: looks.dialog, onClose: () => setLeft(0), "aria-labelledby": "shell-leaving-title", "data-testid": "shell-person-leaving" },
        createElement("h2", { id: "shell-leaving-title", className: looks.title }, fill(words.title, { count: left })),
        createElement("p", { className: looks.text }, words.body),
        createElement("div", { className: looks.actions }, button("stay", looks.stay, () => question.current.close()), button("leave", looks.leave, leave)),
      ),
      document.body,
    ),
  );
}
