// What was copied from an earlier visit (see domain/encounter/copying.py): put into a section as paragraphs of its own, and
// shown in the editor so that nobody takes it for something found today.
import { Extension } from "@tiptap/core";
import { Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

const OPENING = /^\[(?:Disalin dari kunjungan|Copied from the visit of) \d\d-\d\d-\d{4}[,\]]/;
const CLOSING = /^\[(?:Akhir salinan|End of copy)\]/;

// Every block between the two marks, the marks among them; a mark without its end reaches to the end of the section.
function copiedBlocks(doc) {
  const found = [];
  let inside = false;
  doc.forEach((block, offset) => {
    const opens = OPENING.test(block.textContent);
    inside = inside || opens;
    if (inside) {
      const mark = opens || CLOSING.test(block.textContent);
      found.push(Decoration.node(offset, offset + block.nodeSize, { class: mark ? "note-copied note-copied-mark" : "note-copied" }));
    }
    if (CLOSING.test(block.textContent)) inside = false;
  });
  return DecorationSet.create(doc, found);
}

export const CopiedBlocks = Extension.create({
  name: "copiedBlocks",
  addProseMirrorPlugins() {
    return [
      new Plugin({
        key: new PluginKey("copiedBlocks"),
        state: {
          init: (_, state) => copiedBlocks(state.doc),
          apply: (step, former) => (step.docChanged ? copiedBlocks(step.doc) : former),
        },
        props: {
          decorations(state) {
            return this.getState(state);
          },
        },
      }),
    ];
  },
});

const paragraph = (line) => ({ type: "paragraph", content: line ? [{ type: "text", text: line }] : [] });

// After the block in which the caret stands, or at the end where it never stood; an empty block is taken for the place.
export function insertCopy(editor, text, visited) {
  const { doc, selection } = editor.state;
  const blocks = text.split("\n").map(paragraph);
  let from = doc.content.size;
  let to = from;
  if (visited && selection.$head.depth > 0) from = to = selection.$head.after(1);
  const before = doc.resolve(from).nodeBefore;
  if (before?.type.name === "paragraph" && before.content.size === 0) from -= before.nodeSize;
  return editor.chain().insertContentAt({ from, to }, blocks).focus().scrollIntoView().run();
}
