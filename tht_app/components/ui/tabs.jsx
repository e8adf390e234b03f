import { createElement } from "react";

// Arrow keys move between the tabs and choose the one they reach.
export function TabList({ children, ...rest }) {
  const pressed = (event) => {
    const tabs = Array.from(event.currentTarget.querySelectorAll('[role="tab"]'));
    const here = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    tab.focus();
    tab.click();
  };
  return createElement("div", { ...rest, role: "tablist", onKeyDown: pressed }, children);
}
