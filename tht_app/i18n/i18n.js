// The language of the page: the `lang` cookie, readable by every component without a server round trip.
// The prerendered page is Indonesian; React swaps the words right after hydration when the cookie says English.
import { useSyncExternalStore } from "react";

const listeners = new Set();

const fromCookie = () =>
  /(?:^|;\s*)lang=en(?:;|$)/.test(document.cookie) ? "en" : "id";

let current = typeof document === "undefined" ? "id" : fromCookie();
if (typeof document !== "undefined") document.documentElement.lang = current;

const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useLang = () =>
  useSyncExternalStore(
    subscribe,
    () => current,
    () => "id",
  );

// Set the language of this browser, at once and for a year. Another tab follows with its next page.
export const setLang = (lang) => {
  current = lang === "en" ? "en" : "id";
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `lang=${current}; path=/; max-age=31536000; samesite=lax${secure}`;
  document.documentElement.lang = current;
  for (const listener of listeners) listener();
};

// Put values into the `{name}` places of a text. A value that has not arrived yet leaves its place empty.
export const fill = (text, params) =>
  text.replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ""));
