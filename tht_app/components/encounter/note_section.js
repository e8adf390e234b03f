// One section of a note: a TipTap editor on its fragment of the shared document. Undo belongs to the section.
import { Editor } from "@tiptap/core";
import { Collaboration } from "@tiptap/extension-collaboration";
import { CollaborationCaret } from "@tiptap/extension-collaboration-caret";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Text } from "@tiptap/extension-text";
import { CopiedBlocks } from "./note_copy.js";
import { cleaned } from "./note_paste.js";

function caretOf({ name, colour }) {
  const caret = document.createElement("span");
  caret.className = `note-caret note-hand-${colour}`;
  const flag = document.createElement("span");
  flag.className = "note-caret-name";
  flag.textContent = name;
  caret.append(flag);
  return caret;
}

export function openSection({ holder, link, name, attributes, editable, onChange }) {
  return new Editor({
    element: holder,
    editable,
    injectCSS: false,
    enableContentCheck: false,
    extensions: [
      Document,
      Paragraph,
      Text,
      HardBreak,
      BulletList,
      OrderedList,
      ListItem,
      ListKeymap,
      CopiedBlocks,
      Collaboration.configure({ document: link.doc, field: name }),
      CollaborationCaret.configure({
        provider: { awareness: link.presence },
        render: caretOf,
        selectionRender: ({ colour }) => ({ nodeName: "span", class: `note-selection note-hand-${colour}` }),
      }),
    ],
    editorProps: {
      attributes,
      handleKeyDown: (view, event) => link.keys.get(name)?.(event) ?? false,
      transformPastedHTML: cleaned,
      handleDrop: (view, event) => event.dataTransfer?.files?.length > 0,
    },
    onTransaction: onChange,
  });
}

export const ACTIONS = {
  undo: { can: (editor) => editor.can().undo(), run: (editor) => editor.chain().focus().undo().run() },
  redo: { can: (editor) => editor.can().redo(), run: (editor) => editor.chain().focus().redo().run() },
  bullets: { on: (editor) => editor.isActive("bulletList"), run: (editor) => editor.chain().focus().toggleBulletList().run() },
  numbers: { on: (editor) => editor.isActive("orderedList"), run: (editor) => editor.chain().focus().toggleOrderedList().run() },
};
