// Short names in a note: what stands before the caret, putting text of a template in, and walking from gap to gap.
// Text of a template is text: it becomes text nodes and never passes a parser.
import { Fragment, Slice } from "@tiptap/pm/model";
import { TextSelection } from "@tiptap/pm/state";
import { yUndoPluginKey } from "@tiptap/y-tiptap";
import { SECTIONS } from "./note_wire.js";

const GAP = "***";
const SHORT_NAME = /(?:^|\s)\.([a-z][a-z0-9-]{0,29})$/i;

// The short name that is being typed: its letters, and where they stand. The dot begins a word, so "38.5" and "dr.Siti" are none.
export function shortName(editor) {
  const { empty, $from } = editor.state.selection;
  if (!empty || !$from.parent.isTextblock) return null;
  const before = $from.parent.textBetween(0, $from.parentOffset, "\n", "\uFFFC");
  const found = SHORT_NAME.exec(before);
  return found && { typed: found[1].toLowerCase(), from: $from.pos - found[1].length - 1, to: $from.pos };
}

// What one types is looked for in the short name first, then in the words of the title.
export function matching(phrases, typed) {
  const rank = ({ name, title }) => {
    if (name.startsWith(typed)) return 0;
    if (title.toLowerCase().split(/\W+/).some((word) => word.startsWith(typed))) return 1;
    return name.includes(typed) ? 2 : 3;
  };
  return phrases.filter((one) => rank(one) < 3).sort((one, other) => rank(one) - rank(other));
}

const paragraphs = (schema, text) =>
  text.split("\n").map((line) => schema.nodes.paragraph.create(null, line ? schema.text(line) : null));

// One undo takes back what is put in here, and not what was typed a moment before.
function apart(editor, step) {
  const undo = yUndoPluginKey.getState(editor.state)?.undoManager;
  undo?.stopCapturing();
  step();
  undo?.stopCapturing();
}

// At the caret, in place of the short name: the first line goes on where the caret stands.
function putAtCaret(editor, text, range) {
  const { from, to } = range ?? editor.state.selection;
  const slice = new Slice(Fragment.from(paragraphs(editor.schema, text)), 1, 1);
  apart(editor, () => editor.view.dispatch(editor.state.tr.replace(from, to, slice).scrollIntoView()));
  return from;
}

// Below what the section says already.
function putAtEnd(editor, text) {
  const { doc, schema, tr } = editor.state;
  const blank = doc.lastChild?.type === schema.nodes.paragraph && doc.lastChild.content.size === 0;
  const from = doc.content.size - (blank ? doc.lastChild.nodeSize : 0);
  apart(editor, () => editor.view.dispatch(tr.replaceWith(from, doc.content.size, paragraphs(schema, text))));
}

export function putIn({ link, name, texts, range }) {
  const here = link.sections.get(name);
  const start = putAtCaret(here, texts[name] ?? "", range);
  for (const [other, text] of Object.entries(texts)) {
    const editor = link.sections.get(other);
    if (other !== name && text && editor?.isEditable) putAtEnd(editor, text);
  }
  here.view.focus();
  nextGap(link, name, start);
}

function gapsOf(editor) {
  const found = [];
  editor.state.doc.descendants((node, position) => {
    if (!node.isText) return;
    for (let at = node.text.indexOf(GAP); at >= 0; at = node.text.indexOf(GAP, at + GAP.length)) found.push(position + at);
  });
  return found;
}

export const hasGap = (editor) => editor.state.doc.textContent.includes(GAP);

export function inGap(editor) {
  const { from, to } = editor.state.selection;
  return editor.state.doc.textBetween(from, to) === GAP;
}

// From here to the next gap: first in this section, then in those below it, then from the top.
export function nextGap(link, name, after = null) {
  const start = SECTIONS.indexOf(name);
  const mine = link.sections.get(name);
  const place = after ?? mine.state.selection.to;
  const order = [...SECTIONS.slice(start), ...SECTIONS.slice(0, start), name];
  for (const [turn, section] of order.entries()) {
    const editor = link.sections.get(section);
    if (!editor?.isEditable) continue;
    const at = gapsOf(editor).find((gap) => turn > 0 || gap >= place);
    if (at === undefined) continue;
    const selection = TextSelection.create(editor.state.doc, at, at + GAP.length);
    editor.view.dispatch(editor.state.tr.setSelection(selection).scrollIntoView());
    editor.view.focus();
    return true;
  }
  return false;
}
