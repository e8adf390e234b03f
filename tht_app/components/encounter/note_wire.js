// The messages of an open note (see live/note_wire.py), and the words that its document says.
export const KIND = { WELCOME: 0, STATE: 1, UPDATE: 2, PRESENCE: 3, PING: 4, ACK: 5, REFUSED: 6, FROZEN: 7 };
export const SECTIONS = ["subjective", "objective", "assessment", "plan"];

export function message(kind, ...parts) {
  const bytes = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  bytes[0] = kind;
  let place = 1;
  for (const part of parts) {
    bytes.set(part, place);
    place += part.length;
  }
  return bytes;
}

export const number = (value) => new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 255));
export const numberAt = (bytes) => ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0;
export const json = (value) => new TextEncoder().encode(JSON.stringify(value));
export const parsed = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

const isList = (node) => node.nodeName === "bulletList" || node.nodeName === "orderedList";
const childrenOf = (node) => node.toArray?.() ?? [];

function inline(node) {
  if (node.nodeName === "hardBreak") return "\n";
  if (node.nodeName) return childrenOf(node).map(inline).join("");
  return node.toDelta().map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");
}

function lines(parent) {
  return childrenOf(parent).flatMap((child) => {
    if (child.nodeName === "listItem") return lines(child);
    if (!isList(child)) return inline(child).split("\n");
    const first = Number(child.getAttribute("start") ?? 1) || 1;
    return childrenOf(child).flatMap((item, place) => {
      const mark = child.nodeName === "orderedList" ? `${first + place}. ` : "- ";
      const [head = "", ...rest] = lines(item);
      return [mark + head, ...rest.map((line) => " ".repeat(mark.length) + line)];
    });
  });
}

export const wordsOf = (doc) => Object.fromEntries(SECTIONS.map((name) => [name, lines(doc.getXmlFragment(name)).join("\n")]));

// What one text says and the other does not, line by line.
export function linesOnlyIn(text, other) {
  const there = new Set(other.split("\n"));
  return text.split("\n").filter((line) => line.trim() && !there.has(line)).join("\n");
}
