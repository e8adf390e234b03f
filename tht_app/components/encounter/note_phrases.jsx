// The list that opens under a short name, and the questions that a template asks before it writes.
import { createElement as h, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { hasGap, inGap, matching, nextGap, putIn, shortName } from "./note_phrases.js";

const FRESH_MS = 30000;
const MOST = 8;
const BELOW = 6;
const ROOM = 340;

async function ask(path) {
  try {
    const answer = await fetch(path, { cache: "no-store", headers: { accept: "application/json" } });
    const body = await answer.json();
    return answer.ok ? body : { problem: body.title };
  } catch {
    return { problem: null };
  }
}

// The list is fetched once for all sections of a note, and again when it is half a minute old.
async function phrasesOf(link, address) {
  const known = link.phrases;
  if (known && Date.now() - known.at < FRESH_MS) return known;
  const answer = await ask(address);
  if (answer.problem !== undefined) return known ?? answer;
  link.phrases = { ...answer, at: Date.now() };
  return link.phrases;
}

function placeOf(editor, position) {
  const { left, top, bottom } = editor.view.coordsAtPos(Math.min(position, editor.state.doc.content.size));
  const flips = bottom + ROOM > innerHeight && top > ROOM;
  const side = { left: Math.max(8, Math.min(left, innerWidth - 360)) };
  return flips ? { ...side, bottom: innerHeight - top + BELOW } : { ...side, top: bottom + BELOW };
}

function usePhrases({ editor, link, name, encounter, words, onPlace }) {
  const address = `/notes/${encounter}/phrases`;
  const [list, setList] = useState(null);
  const now = useRef({});
  now.current = { ...now.current, list };
  const shut = () => {
    now.current.dismissed = editor && !editor.isDestroyed ? (shortName(editor)?.from ?? null) : null;
    setList(null);
  };
  const open = async (range, typed) => {
    const turn = (now.current.turn ?? 0) + 1;
    now.current.turn = turn;
    const found = await phrasesOf(link, address);
    if (now.current.turn !== turn || editor.isDestroyed) return;
    const problem = found.problem === undefined ? "" : found.problem || words.unreachable;
    const options = matching(found.phrases ?? [], typed).slice(0, typed ? MOST : undefined);
    setList((before) => ({
      range, options, problem, side: found.side ?? "", asking: null, typed, forced: !range,
      at: before && !before.asking ? Math.min(before.at, Math.max(options.length - 1, 0)) : 0,
      place: placeOf(editor, range?.from ?? editor.state.selection.from),
    }));
  };
  // After each step of the editor: our own typing closes a list that was opened by its button.
  const look = (step) => {
    const found = editor.isEditable && editor.isFocused ? shortName(editor) : null;
    const { list: shown, dismissed } = now.current;
    if (found) {
      if (dismissed !== found.from && !(shown?.asking && shown.typed === found.typed)) open(found, found.typed);
      return;
    }
    now.current.turn = (now.current.turn ?? 0) + 1;
    now.current.dismissed = null;
    const typing = step.docChanged && !step.getMeta("y-sync$");
    if (typing || !(shown?.forced || shown?.asking)) setList(null);
  };
  const write = async (phrase, side) => {
    const answer = await ask(`${address}/${phrase.id}${side ? `?side=${side}` : ""}`);
    if (editor.isDestroyed) return;
    if (answer.problem !== undefined) {
      setList((before) => before && { ...before, asking: null, problem: answer.problem || words.unreachable });
      return;
    }
    putIn({ link, name, texts: answer.sections, range: shortName(editor) });
    setList(null);
    if (answer.places) onPlace(phrase.id, side);
  };
  const choose = (at) => {
    const { asking, options, side } = now.current.list;
    if (asking) return write(asking, SIDES[at]);
    const phrase = options[at];
    if (!phrase) return null;
    if (!phrase.asksSide) return write(phrase, "");
    return setList((before) => ({ ...before, asking: phrase, at: Math.max(SIDES.indexOf(side), 0) }));
  };
  return { list, setList, now, shut, open, look, choose };
}

const SIDES = ["right", "left", "both"];

export function PhraseTools({ editor, link, name, encounter, words, looks, icons, onPlace, testId }) {
  const phrases = usePhrases({ editor, link, name, encounter, words, onPlace });
  const newest = useRef(phrases);
  newest.current = phrases;
  const { list } = phrases;
  const size = list ? (list.asking ? SIDES.length : list.options.length) : 0;
  useEffect(() => {
    const look = ({ transaction }) => newest.current.look(transaction);
    const left = () => setTimeout(() => !editor.isDestroyed && !editor.isFocused && newest.current.shut(), 150);
    const pressed = (event) => heardByGaps(event, editor, link, name) || heardByList(event, newest.current);
    link.keys.set(name, pressed);
    editor.on("transaction", look);
    editor.on("blur", left);
    return () => {
      editor.off("transaction", look);
      editor.off("blur", left);
      if (link.keys.get(name) === pressed) link.keys.delete(name);
    };
  }, [editor]);
  useEffect(() => {
    const body = editor.view.dom;
    const options = list ? { "aria-controls": `${testId}-phrases`, "aria-activedescendant": size ? `${testId}-phrase-${list.at}` : null } : {};
    for (const attribute of ["aria-controls", "aria-activedescendant"]) {
      if (options[attribute]) body.setAttribute(attribute, options[attribute]);
      else body.removeAttribute(attribute);
    }
  }, [editor, list, size]);
  const tool = (action, label, on) =>
    h("button", {
      type: "button", className: looks.tool, title: label, "aria-label": label, "data-testid": `${testId}-${action}`,
      onMouseDown: (event) => event.preventDefault(), onClick: on,
    }, icons[action]);
  return [
    hasGap(editor) ? h("span", { key: "gap" }, tool("gap", words.gap, () => nextGap(link, name))) : null,
    h("span", { key: "phrases" }, tool("phrases", words.phrases, () => {
      editor.view.focus();
      phrases.open(null, "");
    })),
    list ? createPortal(h(List, { key: "list", phrases, words, looks, testId }), document.body) : null,
  ];
}

// F2 goes to the next gap; so does Tab from within one.
function heardByGaps(event, editor, link, name) {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  if (event.key !== "F2" && event.key !== "Tab") return false;
  // The browser tells of a moved caret later than of the key after it: read where it is now.
  editor.view.domObserver.flush();
  return (event.key === "F2" || inGap(editor)) && nextGap(link, name);
}

function heardByList(event, { list, setList, shut, choose }) {
  if (!list || event.isComposing) return false;
  const size = list.asking ? SIDES.length : list.options.length;
  const go = (step) => setList((before) => before && { ...before, at: (before.at + step + size) % size });
  if (event.key === "Escape") return shut(), true;
  if (!size) return false;
  if (event.key === "ArrowDown") return go(1), true;
  if (event.key === "ArrowUp") return go(-1), true;
  if (event.key === "Enter" && !event.shiftKey) return choose(list.at), true;
  return false;
}

function List({ phrases, words, looks, testId }) {
  const { list, choose } = phrases;
  const box = useRef(null);
  useEffect(() => {
    box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [list.at]);
  const option = (key, at, ...face) =>
    h("li", {
      key, id: `${testId}-phrase-${at}`, role: "option", "aria-selected": at === list.at, className: looks.option,
      onMouseDown: (event) => event.preventDefault(), onClick: () => choose(at), "data-testid": "encounter-note-phrase",
    }, ...face);
  const sides = () => SIDES.map((side, at) => option(side, at, words[side]));
  const names = () => list.options.map((one, at) =>
    option(one.id, at,
      h("span", { className: looks.optionName }, `.${one.name}`),
      h("span", { className: looks.optionTitle }, one.title),
      h("span", { className: looks.optionHint }, hintOf(one, words))));
  const nothing = list.problem || (!list.asking && !list.options.length && words.noPhrases);
  return h("div", { ref: box, className: looks.popup, style: list.place, "data-testid": "encounter-note-phrases" },
    h("p", { className: looks.popupHead, role: "status" }, list.asking ? `${list.asking.title} – ${words.whichSide}` : words.phrases),
    nothing ? h("p", { className: looks.popupNone }, nothing) : null,
    h("ul", { id: `${testId}-phrases`, role: "listbox", "aria-label": words.phrases, className: looks.options }, list.asking ? sides() : names()));
}

function hintOf({ shared, sections, places }, words) {
  const letters = sections.map((section) => section[0].toUpperCase()).join(" ");
  return [letters, places && words.places, shared ? words.shared : words.own].filter(Boolean).join(" · ");
}
