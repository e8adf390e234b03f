// Tells the server what some fields of the form around it hold, once the person has left one of them.
import { createElement, useEffect, useRef } from "react";

export function FormWatch({ fields, first, onLeft }) {
  const mark = useRef(null);
  const told = useRef("");
  useEffect(() => {
    const form = mark.current?.closest("form");
    if (!form) return undefined;
    const left = () => {
      const data = new FormData(form);
      const values = {};
      for (const name of fields) {
        const value = data.get(name);
        if (typeof value === "string" && value.trim() !== "") values[name] = value;
      }
      const now = JSON.stringify(values);
      if (now === told.current || now === "{}") return;
      told.current = now;
      onLeft(values);
    };
    // A date field writes its value after the focus has gone.
    const later = () => setTimeout(left, 0);
    form.addEventListener("focusout", later);
    form.addEventListener("change", later);
    // The sheet takes the focus itself when it opens; the first field is where one begins.
    // A box that suggests has a hidden twin of the same name, so that the name alone brings two.
    const begin = setTimeout(() => (document.getElementById(first) ?? form.elements.namedItem(first))?.focus(), 0);
    later();
    return () => {
      clearTimeout(begin);
      form.removeEventListener("focusout", later);
      form.removeEventListener("change", later);
    };
  }, []);
  return createElement("span", { ref: mark, hidden: true });
}
