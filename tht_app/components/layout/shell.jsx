// Small things that only a browser can do for the shell.
import { createElement, useEffect, useState } from "react";
import { useLocation } from "react-router";

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
// page goes is cleared last.
const emptyTab = () => sessionStorage.clear();

export function SignOut({ children, ...rest }) {
  const leaving = () => {
    emptyTab();
    window.addEventListener("pagehide", emptyTab);
  };
  return createElement("form", { ...rest, method: "post", action: "/signout", onSubmit: leaving }, children);
}
