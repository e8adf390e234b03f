// The calendar by keyboard. One place in the grid has the focus: an appointment, or the cursor on a free stretch. Arrows
// walk over slots and columns, with Alt they carry the appointment along, and it is saved when the hand rests.
import { flushSync } from "svelte";
import { columnOf } from "./calendar_board.js";
import { at, between, dayOf, inColumn, minuteOf, plus } from "./calendar_rules.js";

const STEP = 5;
const REST_MS = 900;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class Keys {
  constructor(board, hooks) {
    this.board = board;
    this.hooks = hooks;
    this.cursor = document.createElement("div");
    this.cursor.className = "cal-cursor";
    this.cursor.tabIndex = 0;
    this.cursor.setAttribute("role", "button");
    this.cursor.dataset.testid = "scheduling-calendar-cursor";
    this.here = null;
    this.rest = 0;
    this.moving = null;
    board.host.addEventListener("keydown", this.#pressed);
    board.host.addEventListener("focusin", this.#focused);
    board.host.addEventListener("focusout", this.#left);
    this.cursor.addEventListener("pointerdown", (event) => event.stopPropagation());
    this.cursor.addEventListener("click", () => this.#book());
  }

  destroy() {
    clearTimeout(this.rest);
    this.board.host.removeEventListener("keydown", this.#pressed);
    this.board.host.removeEventListener("focusin", this.#focused);
    this.board.host.removeEventListener("focusout", this.#left);
    this.cursor.remove();
  }

  // Once the board has drawn: the cursor stays where it was, or waits in the first column, and keeps the focus it had.
  settle(show) {
    const focused = document.activeElement === this.cursor;
    show();
    flushSync();
    const { grid, today } = this.board.facts;
    const inside = this.here && this.here.index < this.#cells().length && this.range === `${grid.first}/${grid.days}`;
    this.range = `${grid.first}/${grid.days}`;
    if (!inside) {
      const now = this.board.now();
      const start = grid.first === today ? minuteOf(now) : minuteOf(`${grid.first}T${grid.opens}`) + 60;
      this.here = { index: 0, minute: this.#onGrid(start) };
    }
    this.#putCursor(this.here);
    if (focused) this.cursor.focus({ preventScroll: true });
  }

  #onGrid(minute) {
    const { zoom } = this.board.facts;
    return minute - (minute % zoom);
  }

  #cells() {
    return [...this.board.host.querySelectorAll(".ec-body .ec-grid .ec-day")];
  }

  // Columns stand by day first, then in the order of the clinic.
  #columnAt(index) {
    const { shown, grid } = this.board.facts;
    const day = dayOf(plus(`${grid.first}T00:00`, Math.floor(index / shown.length) * 1440));
    return { column: shown[index % shown.length], day };
  }

  #eventsIn(index) {
    const all = [...this.board.host.querySelectorAll("[data-id]")].filter((el) => columnOf(el) === index + 1);
    const { day } = this.#columnAt(index);
    return all
      .map((el) => ({ el, event: this.board.placed(el.dataset.id) }))
      .filter(({ event }) => event)
      .map(({ el, event }) => ({ el, from: dayOf(event.start) === day ? minuteOf(event.start) : 0, to: minuteOf(event.end) || 1440 }))
      .sort((one, other) => one.from - other.from);
  }

  #putCursor({ index, minute }) {
    const cell = this.#cells()[index];
    if (!cell) return;
    const { zoom, words } = this.board.facts;
    const { column, day } = this.#columnAt(index);
    if (this.cursor.parentElement !== cell) cell.append(this.cursor);
    this.cursor.style.top = `${this.board.offset(minute)}px`;
    this.cursor.style.height = `${this.board.offset(minute + zoom) - this.board.offset(minute)}px`;
    const wall = at(day, minute);
    const refused = this.board.why({ ...this.board.empty(column, day), start: wall, end: plus(wall, STEP) });
    const state = refused ? this.board.facts.say(refused) : words.free;
    this.cursor.setAttribute("aria-label", [this.board.facts.dayName(day), wall.slice(11).replace(":", "."), column.title, state].join(", "));
  }

  #go(index, minute, downwards) {
    const cells = this.#cells().length;
    const { grid, zoom } = this.board.facts;
    const opens = this.board.opens();
    const closes = minuteOf(`${grid.first}T${grid.closes}`) || 1440;
    const to = { index: Math.min(Math.max(index, 0), cells - 1), minute: Math.min(Math.max(minute, opens), closes - zoom) };
    const found = this.#eventsIn(to.index).filter(({ from, to: until }) => from < to.minute + zoom && to.minute < until);
    const event = downwards ? found[0] : found.at(-1);
    this.here = to;
    if (event) {
      event.el.focus();
    } else {
      this.#putCursor(to);
      this.cursor.focus();
      this.cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  #place(el) {
    if (el === this.cursor) return { ...this.here, from: this.here.minute, to: this.here.minute + this.board.facts.zoom };
    const index = columnOf(el) - 1;
    const found = this.#eventsIn(index).find((one) => one.el === el);
    return found ? { index, from: found.from, to: found.to } : { index, from: this.here.minute, to: this.here.minute };
  }

  #walk(el, [across, down]) {
    const { zoom } = this.board.facts;
    const place = this.#place(el);
    if (across) this.#go(place.index + across, place.from, true);
    else this.#go(place.index, down > 0 ? place.to : this.#onGrid(place.from - 1), down > 0);
    return zoom;
  }

  #jump(el, down) {
    const place = this.#place(el);
    const others = this.#eventsIn(place.index).filter((one) => one.el !== el);
    const next = down > 0 ? others.find(({ from }) => from >= place.to - 1) : others.findLast(({ from }) => from < place.from);
    next?.el.focus();
  }

  #book() {
    const { column, day } = this.#columnAt(this.here.index);
    const box = this.cursor.getBoundingClientRect();
    this.board.pointer = { x: box.left + box.width / 2, y: box.bottom };
    this.board.book(column, at(day, this.here.minute), 0);
  }

  // One step of an appointment by keys; it lands with `#rested`.
  #carry(el, [across, down], resize) {
    const { id } = el.dataset;
    const was = this.board.placed(id);
    if (!this.board.movable(this.board.events.get(id))) return this.hooks.announce(this.board.facts.words.fixed);
    const { column, day } = this.#columnAt(columnOf(el) - 1);
    const next = across ? this.#beside(was, column, day, across) : this.#shifted(was, down * STEP, resize);
    const refused = this.board.why(next);
    const box = el.getBoundingClientRect();
    this.board.pointer = { x: box.right, y: box.top };
    if (refused) return this.hooks.announce(this.board.facts.say(refused));
    this.board.drops.draft(next);
    if (across) this.board.focus({ id, column: this.#indexOf(next, column.kind, day) + 1 });
    this.moving = id;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.#rested(), REST_MS);
    return this.hooks.announce(this.board.facts.sayPlace(next));
  }

  #shifted(was, minutes, resize) {
    const length = between(was.start, was.end);
    if (resize) return { ...was, end: plus(was.start, Math.max(STEP, length + minutes)) };
    return { ...was, start: plus(was.start, minutes), end: plus(was.start, minutes + length) };
  }

  // The next column of the same kind into which it fits; the one beside it if it fits into none.
  #beside(was, column, day, across) {
    const same = this.board.facts.shown.filter(({ kind }) => kind === column.kind);
    const order = across > 0 ? same : [...same].reverse();
    const others = order.slice(order.findIndex(({ id }) => id === column.id) + 1).map((other) => inColumn(was, column, other, this.board.facts.usual, day));
    return others.find((place) => place && !this.board.why(place)) ?? others[0] ?? null;
  }

  #indexOf(place, kind, day) {
    const { shown, grid } = this.board.facts;
    const column = shown.findIndex(({ id }) => [kind === "doctor" ? place.doctor : kind === "room" ? place.room : null, ...(kind === "device" ? place.devices : [])].includes(id));
    return Math.round(between(`${grid.first}T00:00`, `${day}T00:00`) / 1440) * shown.length + column;
  }

  #rested() {
    clearTimeout(this.rest);
    const id = this.moving;
    this.moving = null;
    if (id) this.board.drops.commit(this.board.placed(id));
  }

  #focused = ({ target }) => {
    // What somebody else has just taken away may be focused once more on its way out.
    if (!target.dataset.id || !this.board.placed(target.dataset.id)) return;
    const place = this.#place(target);
    this.here = { index: place.index, minute: this.#onGrid(place.from) };
    if (target.matches(":focus-visible")) this.board.tip.card(target, this.board.facts.card(this.board.placed(target.dataset.id)), 600);
  };

  #left = () => this.board.tip.leave();

  #pressed = (event) => {
    const el = event.target;
    if (el !== this.cursor && !el.dataset.id) return;
    const arrow = ARROWS[event.key];
    const done = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (arrow && event.altKey && el !== this.cursor) {
      done();
      if (!event.ctrlKey) this.#carry(el, arrow, false);
      else if (arrow[1]) this.#carry(el, arrow, true);
    } else if (arrow && !event.altKey && !event.ctrlKey && !event.metaKey) {
      done();
      this.#walk(el, arrow);
    } else if (event.key === "PageDown" || event.key === "PageUp") {
      done();
      this.#jump(el, event.key === "PageDown" ? 1 : -1);
    } else if ((event.key === "Enter" || event.key === " ") && el === this.cursor) {
      done();
      this.#book();
    } else if (event.key === "Escape" && this.moving) {
      done();
      clearTimeout(this.rest);
      this.board.drops.forget(this.moving);
      this.moving = null;
      this.hooks.announce(this.board.facts.words.dropped);
    }
  };
}
