// Drops on their way: drawn at once, asked of the server once, and taken back with the reason when it says no.
import { between } from "./calendar_rules.js";

const ANSWER_MS = 8000;
const PLACE = ["start", "end", "doctor", "room", "devices"];

const samePlace = (one, other) => PLACE.every((name) => String(one[name]) === String(other[name]));
const placeOf = (event) => Object.fromEntries(PLACE.map((name) => [name, event[name]]));
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Drops {
  constructor(board) {
    this.board = board;
    this.pending = new Map();
  }

  destroy() {
    for (const { timer } of this.pending.values()) clearTimeout(timer);
  }

  // The event with what is on its way laid over it.
  over(event) {
    const pending = this.pending.get(event?.id);
    return pending ? { ...event, ...pending.place, waits: true } : event;
  }

  // Draw a place that nobody has asked the server for yet.
  draft(place) {
    clearTimeout(this.pending.get(place.id)?.timer);
    this.pending.set(place.id, { place: placeOf(place), request: "" });
    this.board.draw();
  }

  commit(place) {
    const { board } = this;
    const event = place && board.events.get(place.id);
    if (!event) return;
    if (samePlace(place, event)) {
      this.forget(event.id);
      return;
    }
    const request = newKey();
    const timer = setTimeout(() => this.refuse(event.id, board.facts.words.unanswered), ANSWER_MS);
    this.pending.set(event.id, { place: placeOf(place), request, timer });
    board.draw();
    if (!board.hooks.connected()) {
      this.refuse(event.id, board.facts.words.offline);
      return;
    }
    board.hooks.onPlace({
      request,
      id: event.id,
      version: String(event.version),
      start: place.start,
      minutes: String(between(place.start, place.end)),
      doctor: place.doctor,
      room: place.room,
      devices: String(place.devices) === String(event.devices) ? "" : String(place.devices),
      asked: board.now(),
    });
  }

  answered({ request, ok, text, offers }) {
    const found = [...this.pending].find(([, pending]) => pending.request && pending.request === request);
    if (!found) return;
    const [id, { place }] = found;
    if (!ok) {
      this.refuse(id, text, offers);
      return;
    }
    this.forget(id);
    this.board.hooks.onPlaced({ ...this.board.events.get(id), ...place });
  }

  refuse(id, text, offers = []) {
    const place = this.pending.get(id)?.place;
    this.forget(id);
    this.board.hooks.onRefused({ text, ...this.board.pointer, offers, id, place });
  }

  forget(id) {
    clearTimeout(this.pending.get(id)?.timer);
    this.pending.delete(id);
    this.board.draw();
  }
}
