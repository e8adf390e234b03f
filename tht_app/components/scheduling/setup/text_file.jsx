// A file of text that is poured into a text field of the form, where it can be read and corrected before it is sent.
import { createElement } from "react";

// Spreadsheets write UTF-8, or the old Windows encoding without saying so.
const decode = (bytes) => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
};

export function TextFile({ into, ...rest }) {
  const chosen = async (event) => {
    const input = event.currentTarget;
    const field = document.getElementById(into);
    const file = input.files[0];
    if (!file || !field) return;
    const text = decode(await file.arrayBuffer());
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    // The same file again, corrected meanwhile, is a choice too.
    input.value = "";
  };
  return createElement("input", { ...rest, type: "file", onChange: chosen });
}
