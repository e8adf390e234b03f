// What the server last loaded may belong to the address before this one: a record is drawn only at its own address.
import { createElement, Fragment, useRef } from "react";
import { useLocation } from "react-router";

const bare = (path) => decodeURI(path).replace(/\/+$/, "");

export function OnlyHere({ path, waiting, children }) {
  const here = bare(useLocation().pathname);
  // Once shown it stays while the address stays: a server that starts anew must not take away what was typed.
  const shown = useRef(null);
  if (bare(path) === here) shown.current = here;
  return createElement(Fragment, null, shown.current === here ? children : waiting);
}
