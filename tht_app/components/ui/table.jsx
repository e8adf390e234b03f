// Rows that the keyboard walks through, and the pager that lives in the address.
import { createElement } from "react";
import { Link, useLocation } from "react-router";

const INSIDE = "a, button, input, select, textarea, label, summary";

export function TableRow({ onOpen, children, ...rest }) {
  const opened = (event) => {
    if (!event.target.closest(INSIDE)) onOpen?.();
  };
  const pressed = (event) => {
    if (event.target !== event.currentTarget) return;
    const row = event.currentTarget;
    const to = {
      ArrowDown: row.nextElementSibling,
      ArrowUp: row.previousElementSibling,
      Home: row.parentElement.firstElementChild,
      End: row.parentElement.lastElementChild,
    }[event.key];
    if (to) {
      event.preventDefault();
      to.focus();
    } else if (event.key === "Enter" && onOpen) {
      event.preventDefault();
      onOpen();
    }
  };
  return createElement("tr", { ...rest, tabIndex: 0, onClick: opened, onKeyDown: pressed }, children);
}

export function PageLink({ page, disabled, children, ...rest }) {
  const { pathname, search } = useLocation();
  const query = new URLSearchParams(search);
  query.set("page", String(page));
  if (disabled) return createElement("span", { ...rest, role: "link", "aria-disabled": true }, children);
  return createElement(Link, { ...rest, to: `${pathname}?${query}` }, children);
}
