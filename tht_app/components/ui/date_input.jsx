// A date typed in any usual form: 14-7-1985, 14/07/1985, 14071985, 14 Jul 1985, 1985-07-14.
// It shows 14-Jul-1985 whatever the system's locale, and sends 1985-07-14; what it cannot read is sent as typed.
import { createElement, Fragment, useEffect, useRef, useState } from "react";
import { useLang } from "$/public/external/tht_app/i18n/words/i18n.js";

const MONTHS = {
  id: ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};
const NAMES = ["jan", "feb", "mar", "apr", "mei may", "jun", "jul", "agu aug ags", "sep", "okt oct", "nov", "des dec"];

const two = (number) => String(number).padStart(2, "0");

const monthOf = (text) => {
  if (/^\d+$/.test(text)) return Number(text);
  const start = text.toLowerCase().slice(0, 3);
  return NAMES.findIndex((names) => names.split(" ").includes(start)) + 1;
};

const iso = (year, month, day) => {
  const full = year < 100 ? year + (year > new Date().getFullYear() % 100 ? 1900 : 2000) : year;
  const made = new Date(Date.UTC(full, month - 1, day));
  const exists = made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
  return exists ? `${String(full).padStart(4, "0")}-${two(month)}-${two(day)}` : null;
};

export const readDate = (text) => {
  const typed = text.trim();
  let match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed);
  if (match) return iso(Number(match[1]), Number(match[2]), Number(match[3]));
  match = /^(\d{2})(\d{2})(\d{4})$/.exec(typed) ?? /^(\d{1,2})[\s./-]+(\d{1,2}|\p{L}{3,})[\s./-]+(\d{4}|\d{2})$/u.exec(typed);
  return match ? iso(Number(match[3]), monthOf(match[2]), Number(match[1])) : null;
};

const shown = (value, lang) => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value ?? "");
  return match ? `${match[3]}-${MONTHS[lang][Number(match[2]) - 1]}-${match[1]}` : (value ?? "");
};

export function DateInput({ name, initial, onChange, ...rest }) {
  const lang = useLang();
  const [value, setValue] = useState(initial ?? "");
  const [text, setText] = useState(shown(initial, lang));
  const box = useRef(null);
  const touched = useRef(false);
  const take = (next) => {
    setValue(next);
    setText(shown(next, lang));
  };
  useEffect(() => {
    if (!touched.current) take(initial ?? "");
  }, [initial]);
  useEffect(() => {
    if (document.activeElement !== box.current) setText(shown(value, lang));
  }, [lang]);
  useEffect(() => {
    const form = box.current?.form;
    const kept = () => {
      touched.current = false;
    };
    const cleared = () => {
      kept();
      take(initial ?? "");
    };
    form?.addEventListener("reset", cleared);
    form?.addEventListener("tht:kept", kept);
    return () => {
      form?.removeEventListener("reset", cleared);
      form?.removeEventListener("tht:kept", kept);
    };
  }, [initial, lang]);
  const typed = (event) => {
    touched.current = true;
    setText(event.target.value);
    setValue(readDate(event.target.value) ?? event.target.value);
  };
  const left = () => {
    setText(shown(value, lang));
    onChange?.(value);
  };
  return createElement(
    Fragment,
    null,
    createElement("input", { ...rest, ref: box, type: "text", inputMode: "text", value: text, onChange: typed, onBlur: left }),
    name && createElement("input", { type: "hidden", name, value }),
  );
}
