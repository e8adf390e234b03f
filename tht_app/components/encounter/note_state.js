// What the screen around a note knows of it: small enough to be there before the editor itself has been fetched.
export const fill = (text, values) => (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

const AT_FIRST = {
  ready: false, online: false, unsaved: false, changes: 0, clock: "", frozen: false, writable: [], people: [],
  memoryOnly: false, refused: "", trouble: "", leftover: null, generation: 0,
};

class NoteState {
  view = AT_FIRST;
  listeners = new Set();
  inserters = new Map();
  flush = async () => false;

  // An open section says how text is put into it, for what stands beside the note.
  inserts(name, insert) {
    this.inserters.set(name, insert);
    return () => this.inserters.get(name) === insert && this.inserters.delete(name);
  }

  insert = (name, text) => this.inserters.get(name)?.(text) ?? false;

  set(news) {
    this.view = { ...this.view, ...news };
    this.listeners.forEach((listener) => listener());
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

const states = new Map();

export function stateOf(encounter, person) {
  const key = `${person}:${encounter}`;
  if (!states.has(key)) states.set(key, new NoteState());
  return states.get(key);
}
