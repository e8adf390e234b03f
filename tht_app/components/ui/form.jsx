// A form that sends itself once: an idempotency key made here, a lock until the server has answered,
// and fields that keep what was typed whatever the server says.
import { createElement, useEffect, useLayoutEffect, useRef, useState } from "react";

const ANSWER_MS = 8000;

// crypto.randomUUID exists only on https; a clinic's own network is often plain http.
const newKey = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

// A screen that is drawn afresh in place (the server restarted) gets back what was typed a moment ago. Only in the memory
// of this tab, for a minute, never passwords, and not after a walk to another screen: that could be another patient.
const DRAFT_MS = 60000;
const drafts = new Map();
const typeable = (form) =>
  Array.from(form.elements).filter(
    (element) =>
      (element.id || element.type === "radio") &&
      !["hidden", "password", "submit", "button", "reset", "file"].includes(element.type) &&
      element.getAttribute("role") !== "combobox",
  );
const nameOf = (element) => (element.type === "radio" ? `${element.name}=${element.value}` : element.id);
const isTick = (element) => element.type === "checkbox" || element.type === "radio";
const draftName = (form) => `${location.pathname}|${typeable(form).map(nameOf).join("|")}`;

const keepDraft = (form, key) => {
  const values = typeable(form).map((element) => (isTick(element) ? element.checked : element.value));
  drafts.set(draftName(form), { at: Date.now(), values, key });
};

const typeInto = (element, value) => {
  if (isTick(element)) {
    if (element.checked !== value) element.click();
    return;
  }
  const kind = { TEXTAREA: HTMLTextAreaElement, SELECT: HTMLSelectElement }[element.tagName] ?? HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(element, value);
  element.dispatchEvent(new Event("input", { bubbles: true }));
};

const takeDraft = (form) => {
  const name = draftName(form);
  const draft = drafts.get(name);
  drafts.delete(name);
  if (!draft || Date.now() - draft.at > DRAFT_MS) return null;
  typeable(form).forEach((element, index) => {
    if (isTick(element) || element.value !== draft.values[index]) typeInto(element, draft.values[index]);
  });
  return draft;
};

const tell = (state) =>
  document.dispatchEvent(new CustomEvent("tht:save", { detail: { state } }));

const readFields = (form, submitter) => {
  const fields = {};
  for (const [name, value] of new FormData(form, submitter)) {
    if (typeof value !== "string") continue;
    fields[name] = name in fields ? `${fields[name]},${value}` : value;
  }
  return fields;
};

const showFirstProblem = (form) => {
  const target =
    form.querySelector("[data-error-summary]") ?? form.querySelector('[aria-invalid="true"]');
  target?.focus();
};

export function ClinicForm({ onSubmit, keyEpoch, errors, clearAfter, children, ...rest }) {
  const form = useRef(null);
  const key = useRef(null);
  const waiting = useRef(null);
  const typed = useRef(false);
  const [busy, setBusy] = useState(false);

  const settle = (state) => {
    if (waiting.current === null) return false;
    clearTimeout(waiting.current);
    waiting.current = null;
    setBusy(false);
    tell(state);
    return true;
  };

  const epoch = useRef(keyEpoch);
  useEffect(() => {
    if (epoch.current === keyEpoch) return;
    epoch.current = keyEpoch;
    key.current = newKey();
    if (!settle("saved")) return;
    typed.current = false;
    form.current?.dispatchEvent(new CustomEvent("tht:kept"));
    if (clearAfter) form.current?.reset();
  }, [keyEpoch]);

  const seen = useRef(errors);
  const isRefused = () => Object.values(seen.current ?? {}).some(Boolean);
  const refuse = () => {
    if (settle("refused")) requestAnimationFrame(() => form.current && showFirstProblem(form.current));
  };
  useEffect(() => {
    if (seen.current === errors) return;
    seen.current = errors;
    if (isRefused()) refuse();
  }, [errors]);

  useEffect(() => {
    // The same problem once more changes nothing on the screen, so nothing else would say that it was answered.
    const answered = () => (isRefused() ? refuse() : settle("answered"));
    // The person has to prove themselves first: the answer comes when they have, however long that takes.
    const held = () => clearTimeout(waiting.current);
    document.addEventListener("tht:answered", answered);
    document.addEventListener("tht:held", held);
    return () => {
      document.removeEventListener("tht:answered", answered);
      document.removeEventListener("tht:held", held);
      clearTimeout(waiting.current);
      // The answer has closed the form before the form could say so.
      if (waiting.current !== null) tell("answered");
    };
  }, []);

  useLayoutEffect(() => {
    const place = location.pathname;
    return () => {
      const stays = place === location.pathname && !form.current?.closest("dialog, aside");
      if (typed.current && form.current && stays) keepDraft(form.current, key.current);
    };
  }, []);
  useEffect(() => {
    const draft = takeDraft(form.current);
    if (!draft) return;
    key.current = draft.key;
    typed.current = true;
  }, []);

  const submit = (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (waiting.current !== null) return;
    key.current ??= newKey();
    waiting.current = setTimeout(() => settle("unanswered"), ANSWER_MS);
    setBusy(true);
    tell("saving");
    const fields = readFields(event.currentTarget, event.nativeEvent.submitter);
    onSubmit({ ...fields, _key: key.current });
  };

  return createElement(
    "form",
    {
      noValidate: true,
      autoComplete: "off",
      ...rest,
      ref: form,
      onSubmit: submit,
      onInput: () => {
        typed.current = true;
      },
      "aria-busy": busy,
      "data-busy": busy || undefined,
    },
    children,
  );
}

const labelOf = (name) => {
  const field = document.getElementById(name);
  const label = field?.labels?.[0] ?? field?.querySelector("legend");
  return label?.firstChild?.textContent ?? "";
};

const goTo = (event, name) => {
  const field = document.getElementById(name);
  const target = field?.matches("fieldset") ? field.querySelector("input") : field;
  if (!target) return;
  event.preventDefault();
  target.focus();
};

// All that has to be changed, each with the name of its field, in the words that also stand beside it.
export function ErrorSummary({ errors, title, icon, looks, ...rest }) {
  const [labels, setLabels] = useState({});
  const entries = Object.entries(errors ?? {}).filter(([, words]) => words);
  useEffect(() => {
    setLabels(Object.fromEntries(entries.map(([name]) => [name, labelOf(name)])));
  }, [errors, title]);
  if (entries.length === 0) return null;
  const line = ([name, words]) =>
    createElement(
      "li",
      { key: name },
      createElement(
        "a",
        { href: `#${name}`, className: looks.link, onClick: (event) => goTo(event, name) },
        labels[name] ? `${labels[name]}: ${words}` : words,
      ),
    );
  return createElement(
    "div",
    { ...rest, role: "alert", tabIndex: -1, "data-error-summary": true },
    createElement("p", { className: looks.title }, icon, title),
    createElement("ul", { className: looks.list }, entries.map(line)),
  );
}

// An uncontrolled input, select or textarea. A new initial value from the server replaces the content only while
// nobody has typed; after a save or a reset it may do so again.
export function KeptInput({ as = "input", initial, grow, onInput, ...rest }) {
  const element = useRef(null);
  const touched = useRef(false);
  const fit = () => {
    const area = element.current;
    if (!grow || !area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  useEffect(() => {
    if (!touched.current && element.current) element.current.value = initial ?? "";
    fit();
  }, [initial]);
  useEffect(() => {
    const form = element.current?.form;
    const forget = () => {
      touched.current = false;
    };
    form?.addEventListener("reset", forget);
    form?.addEventListener("tht:kept", forget);
    return () => {
      form?.removeEventListener("reset", forget);
      form?.removeEventListener("tht:kept", forget);
    };
  }, []);
  return createElement(as, {
    ...rest,
    ref: element,
    defaultValue: initial ?? "",
    onInput: (event) => {
      touched.current = true;
      fit();
      onInput?.(event);
    },
  });
}
