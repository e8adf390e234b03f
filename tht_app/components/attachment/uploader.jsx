// Picking files, dropping them, taking a photo; then one line a file: how far it is, or why it was not taken.
import { createElement as h, useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { anyUnfinished, queueOf, wakeAll } from "./upload_queue.js";

const ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf,application/dicom,.dcm,.dicom";
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const percent = (item) => (item.size ? Math.floor((100 * item.sent) / item.size) : 100);

function saying(item, words) {
  if (item.state === "sending") return fill(words.sending, { percent: percent(item) });
  if (item.state === "refused") return item.why || words.refused;
  if (item.state === "resting") return item.why ? `${item.why} ${words.goesOn}` : words.resting;
  return words[item.state] ?? "";
}

function Line({ item, queue, words, classes, testId }) {
  const tone = { done: "done", refused: "danger", resting: "wait" }[item.state] ?? "busy";
  const button = (name, onClick) =>
    h("button", { type: "button", className: classes.button, onClick, "data-testid": `${testId}-${name}` }, words[name]);
  const moving = ["sending", "resting", "checking"].includes(item.state);
  return h(
    "li",
    { className: classes.line, "data-testid": `${testId}-item`, "data-state": item.state },
    h(
      "div",
      { className: classes.lineText },
      h("span", { className: classes.name }, item.name),
      h("span", { className: classes[tone], role: item.state === "refused" ? "alert" : "status" }, saying(item, words)),
      moving &&
        h("progress", { className: classes.bar, value: item.sent, max: item.size || 1, "aria-label": item.name }),
    ),
    h(
      "div",
      { className: classes.actions },
      ["refused", "resting"].includes(item.state) && button("retry", () => queue.find(item.number)?.retry()),
      item.state === "done" || item.state === "refused"
        ? button("dismiss", () => queue.drop(queue.find(item.number)))
        : button("cancel", () => queue.find(item.number)?.giveUp()),
    ),
  );
}

function Choice({ name, label, options, value, onChange, classes, testId }) {
  const id = useId();
  return h(
    "div",
    { className: classes.choice },
    h("label", { htmlFor: id, className: classes.label }, label),
    h(
      "select",
      { id, className: classes.select, value, onChange: (event) => onChange(event.target.value), "data-testid": `${testId}-${name}` },
      options.map(([option, words]) => h("option", { key: option, value: option }, words)),
    ),
  );
}

export function Uploader({ encounter, options, words, classes, testId }) {
  const queue = queueOf(encounter);
  queue.words = words;
  const items = useSyncExternalStore(queue.subscribe, () => queue.view, () => queue.view);
  const [about, setAbout] = useState({ kind: "photo", site: "ear", side: "none" });
  const [over, setOver] = useState(false);
  const files = useRef(null);
  const camera = useRef(null);
  const hint = useId();
  useEffect(() => {
    const leaving = (event) => anyUnfinished() && event.preventDefault();
    window.addEventListener("beforeunload", leaving);
    window.addEventListener("online", wakeAll);
    return () => {
      window.removeEventListener("beforeunload", leaving);
      window.removeEventListener("online", wakeAll);
    };
  }, []);
  const choose = (name) => (value) => setAbout((before) => ({ ...before, [name]: value }));
  const take = (list) => list?.length && queue.add(list, about);
  const picked = (event) => {
    take(event.target.files);
    event.target.value = "";
  };
  const carriesFiles = (event) => Array.from(event.dataTransfer?.types ?? []).includes("Files");
  const dropping = {
    onDragOver: (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event) => !event.currentTarget.contains(event.relatedTarget) && setOver(false),
    onDrop: (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      take(event.dataTransfer.files);
    },
  };
  const picker = (ref, name, more) =>
    h("input", { ref, type: "file", hidden: true, onChange: picked, "data-testid": `${testId}-${name}`, ...more });
  return h(
    "div",
    { className: classes.whole, "data-testid": testId },
    h(
      "div",
      { className: classes.choices },
      ["kind", "site", "side"].map((name) =>
        h(Choice, { key: name, name, label: words[name], options: options[name], value: about[name], onChange: choose(name), classes, testId }),
      ),
    ),
    h(
      "div",
      { ...dropping, className: over ? classes.dropOver : classes.drop, "data-testid": `${testId}-drop` },
      h(
        "div",
        { className: classes.buttons },
        h("button", { type: "button", className: classes.primary, "aria-describedby": hint, onClick: () => files.current.click() }, words.pick),
        h("button", { type: "button", className: classes.camera, onClick: () => camera.current.click() }, words.photo),
      ),
      h("p", { id: hint, className: classes.hint }, words.hint),
      picker(files, "files", { multiple: true, accept: ACCEPTED, "aria-label": words.pick }),
      picker(camera, "camera", { accept: "image/jpeg,image/png,image/webp", capture: "environment", "aria-label": words.photo }),
    ),
    items.length > 0 &&
      h(
        "ul",
        { className: classes.list, "aria-label": words.list },
        items.map((item) => h(Line, { key: item.number, item, queue, words, classes, testId })),
      ),
  );
}
