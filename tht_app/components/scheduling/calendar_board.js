// The calendar of columns on the page: draws what the server sent, lets a hand move it only where it may lie, and asks
// the server with each drop. It lives outside React, because nothing of a drag may wait for a rendering.
import { createCalendar, destroyCalendar, Interaction, ResourceTimeGrid } from "@event-calendar/core";
import { flushSync } from "svelte";
import { at, between, changes, clockOf, dayOf, inColumn, minuteOf, nearest, nowWall, plus, refusal, wallOf } from "./calendar_rules.js";
import { eventContent, labelContent, Tip } from "./calendar_draw.js";
import { Drops } from "./calendar_drops.js";

const SLOT = 34;
const SNAP = 5;
const LATE_MINUTES = 15;
const MANY = 40;
const LABELS = { 5: "00:15", 10: "00:30", 15: "00:30", 30: "01:00" };
const CLOSED = "closed/";
const NEVER = -99;

const hours = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:00`;
export const columnOf = (el) => Number(el.dataset.column);

export class Board {
  constructor(host, hooks) {
    this.host = host;
    this.hooks = hooks;
    this.tip = new Tip(host);
    this.events = new Map();
    this.drawn = new Map();
    this.drops = new Drops(this);
    this.pointer = { x: 0, y: 0 };
    this.held = null;
    this.waiting = null;
    host.addEventListener("pointermove", this.#pointed, { passive: true });
    host.addEventListener("pointerdown", this.#pointed, { passive: true });
    addEventListener("pointercancel", this.#cancelled);
    this.timer = setInterval(() => this.tick(), 10000);
  }

  destroy() {
    clearInterval(this.timer);
    this.drops.destroy();
    this.host.removeEventListener("pointermove", this.#pointed);
    this.host.removeEventListener("pointerdown", this.#pointed);
    removeEventListener("pointercancel", this.#cancelled);
    this.tip.hide();
    if (this.calendar) destroyCalendar(this.calendar);
  }

  // Everything that React knows; what arrives while something is in the hand waits until it is dropped.
  show(facts) {
    if (this.held) {
      this.waiting = facts;
      return;
    }
    const before = this.facts;
    this.facts = facts;
    this.columns = new Map(facts.grid.columns.map((column) => [column.id, column]));
    this.events = new Map(facts.grid.events.map((event) => [event.id, event]));
    if (this.calendar) this.#change(this.#options(), before);
    else this.#create(this.#options());
    this.draw();
    this.tick();
  }

  #create(options) {
    this.calendar = createCalendar(this.host, [ResourceTimeGrid, Interaction], { ...this.#fixed(), ...options });
    this.told = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, JSON.stringify(value)]));
  }

  // The appointment that has the keyboard's focus, and in which column of the grid: drawing it anew would lose it.
  focused() {
    const el = document.activeElement;
    return el?.dataset.id && this.host.contains(el) ? { id: el.dataset.id, column: columnOf(el) } : null;
  }

  focus({ id, column }) {
    const all = [...this.host.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)];
    (all.find((el) => columnOf(el) === column) ?? all[0])?.focus({ preventScroll: false });
  }

  // ----- what is drawn

  #fixed() {
    return {
      headerToolbar: { start: "", center: "", end: "" },
      allDaySlot: false,
      firstDay: 1,
      height: "100%",
      slotHeight: SLOT,
      snapDuration: hours(SNAP),
      slotEventOverlap: false,
      longPressDelay: 350,
      eventResizableFromStart: false,
      editable: false,
      events: [],
      slotLabelFormat: (time) => clockOf(wallOf(time)),
      dayHeaderFormat: (day) => this.facts.dayName(dayOf(wallOf(day))),
      dayHeaderAriaLabelFormat: (day) => this.facts.dayName(dayOf(wallOf(day))),
      resourceLabelContent: (info) => labelContent(this.columns.get(info.resource.id), this.#labelDay(info), this.facts),
      eventContent: (info) => eventContent(info, this.facts),
      eventDidMount: ({ el, event }) => this.#mounted(el, event),
      eventClick: ({ event }) => this.#opened(event.id),
      eventMouseEnter: ({ el, event }) => this.#hovered(el, event),
      eventMouseLeave: () => this.tip.leave(),
      dragConstraint: (info) => this.#may(this.#dragged(info)),
      resizeConstraint: (info) => this.#may(this.#resized(info)),
      selectConstraint: (info) => this.#may(this.#chosen(info)),
      eventDragStart: ({ event }) => this.#take(event.id),
      eventResizeStart: ({ event }) => this.#take(event.id),
      eventDragStop: () => this.#release(),
      eventResizeStop: () => this.#release(),
      eventDrop: (info) => this.drops.commit(this.#dragged(info)),
      eventResize: (info) => this.drops.commit(this.#resized(info)),
      dateClick: (info) => this.#tapped(info),
      select: (info) => this.#selected(info),
    };
  }

  #options() {
    const { grid, zoom, shown, today, can } = this.facts;
    const opens = minuteOf(`${grid.first}T${grid.opens}`);
    return {
      view: grid.days === 1 ? "resourceTimeGridDay" : "resourceTimeGridWeek",
      datesAboveResources: grid.days > 1,
      date: grid.first,
      resources: shown.map(({ id, title }) => ({ id, title })),
      columnWidth: grid.days === 1 ? "minmax(7rem, 1fr)" : "minmax(6.5rem, 1fr)",
      slotMinTime: hours(opens),
      slotMaxTime: hours(minuteOf(`${grid.first}T${grid.closes}`)),
      slotDuration: hours(zoom),
      slotLabelInterval: LABELS[zoom],
      highlightedDates: [today],
      selectable: can,
      scrollTime: hours(this.#firstMinute(opens)),
    };
  }

  // Where the grid is scrolled to when a day opens: an hour before now, or before the first hours of another day.
  #firstMinute(opens) {
    const { grid, today } = this.facts;
    const inside = today >= grid.first && today <= dayOf(plus(`${grid.first}T00:00`, (grid.days - 1) * 1440));
    return inside ? Math.max(opens, minuteOf(this.now()) - 60) : opens;
  }

  #change(options, before) {
    const zoomed = before.zoom !== this.facts.zoom;
    const sameDay = before.grid.first === this.facts.grid.first && before.grid.days === this.facts.grid.days;
    const top = zoomed ? this.#topMinute(before.zoom) : null;
    for (const [name, value] of Object.entries(options)) {
      const said = JSON.stringify(value);
      if (name === "scrollTime" ? sameDay && !zoomed : this.told[name] === said) continue;
      this.told[name] = said;
      this.calendar.setOption(name, name === "scrollTime" && zoomed ? hours(Math.max(0, top)) : value);
    }
  }

  #topMinute(zoom) {
    const main = this.host.querySelector(".ec-main");
    return Math.round(((main?.scrollTop ?? 0) / SLOT) * zoom) + this.opens();
  }

  draw() {
    const focused = this.focused();
    const wanted = [...this.effective().map((event) => this.#asEvent(event)), ...this.#closed()];
    const { changed, gone, kept } = changes(this.drawn, wanted);
    if (this.drawn.size === 0 || changed.length + gone.length > MANY) {
      this.calendar.setOption("events", wanted);
    } else {
      for (const id of gone) this.calendar.removeEventById(id);
      for (const event of changed) {
        if (this.drawn.has(event.id)) this.calendar.updateEvent(event);
        else this.calendar.addEvent(event);
      }
    }
    this.drawn = kept;
    if (!focused) return;
    // At once, not with the library's next rendering: a key pressed in between would go nowhere.
    flushSync();
    if (document.activeElement === document.body) this.focus(focused);
  }

  // The events with what is still on its way to the server laid over them.
  effective() {
    const now = this.now();
    return [...this.events.values()].filter(({ until }) => !until || until > now).map((event) => this.placed(event.id));
  }

  placed(id) {
    return this.drops.over(this.events.get(id));
  }

  #asEvent(event) {
    const movable = this.movable(event);
    return {
      id: event.id,
      start: event.start,
      end: event.end,
      resourceIds: [event.doctor, event.room, ...event.devices].filter(Boolean),
      startEditable: movable,
      durationEditable: movable,
      classNames: ["cal-event", `is-${event.status}`, ...(event.over ? ["is-over"] : []), ...(event.waits ? ["is-waiting"] : [])],
      styles: [`--tint:var(--visit-${event.tint})`],
      extendedProps: event,
    };
  }

  #closed() {
    return this.facts.grid.closed.map((stretch) => ({
      id: CLOSED + [stretch.start, stretch.kind, stretch.columns[0]].join("/"),
      start: stretch.start,
      end: stretch.end,
      resourceIds: stretch.columns,
      display: "background",
      classNames: ["cal-closed", `is-${stretch.kind}`],
      extendedProps: { text: stretch.text },
    }));
  }

  #mounted(el, event) {
    if (event.id.startsWith(CLOSED) || event.id.startsWith("{")) return;
    el.dataset.id = event.id;
    el.dataset.column = Number.parseInt(el.style.gridColumnStart, 10);
    el.dataset.testid = "scheduling-calendar-event";
    el.tabIndex = -1;
    el.setAttribute("aria-haspopup", "dialog");
  }

  #labelDay(info) {
    return info.date ? wallOf(info.date).slice(0, 10) : this.facts.grid.first;
  }

  // ----- time

  now() {
    return nowWall(this.facts.clock);
  }

  opens() {
    return minuteOf(`${this.facts.grid.first}T${this.facts.grid.opens}`);
  }

  // Pixels from the top of a column.
  offset(minute) {
    return ((minute - this.opens()) / this.facts.zoom) * SLOT;
  }

  tick() {
    if (!this.facts) return;
    const now = this.now();
    const line = dayOf(now) === this.facts.today ? this.offset(minuteOf(now) + Number(now.slice(17, 19)) / 60) : NEVER;
    if ([...this.events.values()].some(({ id, until }) => until && until <= now && this.drawn.has(id))) this.draw();
    this.host.style.setProperty("--cal-now", `${line < 0 ? NEVER : line}px`);
  }

  // ----- what may lie where

  movable(event) {
    const { can, mine } = this.facts;
    return Boolean(can && event && event.status === "booked" && (!mine || event.doctor === mine));
  }

  why(place) {
    return place ? refusal(place, this.#known()) : { why: "kind" };
  }

  #known() {
    const { grid, mine } = this.facts;
    return { events: this.effective(), closed: grid.closed, now: this.now(), late: LATE_MINUTES, mine };
  }

  // Where a refused place could be instead, on the same day.
  #offers(place) {
    return place ? nearest(place, this.#known()).map((start) => ({ start, label: this.facts.sayPlace({ ...place, start, end: plus(start, between(place.start, place.end)) }) })) : [];
  }

  #may(place) {
    const refused = this.why(place);
    this.stopped = refused && this.held ? { text: this.facts.say(refused), place } : null;
    this.tip.follow(this.pointer, refused ? this.facts.say(refused) : this.facts.sayPlace(place), refused ? "no" : "yes");
    return !refused;
  }

  #dragged({ event, oldResource, newResource }) {
    const was = this.placed(event.id);
    const place = inColumn(was, this.columns.get(oldResource?.id), this.columns.get(newResource?.id), this.facts.usual, dayOf(wallOf(event.start)));
    return place && { ...place, start: wallOf(event.start), end: wallOf(event.end) };
  }

  #resized({ event }) {
    return { ...this.placed(event.id), start: wallOf(event.start), end: wallOf(event.end) };
  }

  #chosen({ start, end, resource }) {
    return { ...this.empty(this.columns.get(resource?.id), dayOf(wallOf(start))), start: wallOf(start), end: wallOf(end) };
  }

  // A new appointment in a column: the doctor of the column with the usual room, or the room alone.
  empty(column, day) {
    const place = { id: "", doctor: "", room: "", devices: [] };
    if (column?.kind === "doctor") return { ...place, doctor: column.id, room: this.facts.usual[column.id]?.[day] ?? "" };
    if (column?.kind === "room") return { ...place, room: column.id, doctor: this.facts.mine };
    return column ? { ...place, devices: [column.id], doctor: this.facts.mine } : place;
  }

  // ----- the hand

  #pointed = (event) => {
    this.pointer = { x: event.clientX, y: event.clientY };
    this.tip.move(this.pointer);
  };

  // The system took the pointer away: the library leaves its preview lying, so it is made anew.
  #cancelled = () => {
    if (!this.held) return;
    Object.assign(this, { held: null, stopped: null, calendar: destroyCalendar(this.calendar) && null, drawn: new Map() });
    this.tip.hide();
    const facts = this.waiting ?? this.facts;
    this.waiting = null;
    this.show(facts);
  };

  #take(id) {
    this.held = id;
    this.tip.leave();
  }

  #release() {
    const id = this.held;
    this.held = null;
    this.tip.hide();
    if (this.stopped) this.hooks.onRefused({ text: this.stopped.text, ...this.pointer, offers: this.#offers(this.stopped.place), id, place: this.stopped.place });
    this.stopped = null;
    const waiting = this.waiting;
    this.waiting = null;
    // After the drop itself, which the calendar reports next.
    if (waiting) queueMicrotask(() => this.show(waiting));
  }

  #opened(id) {
    this.tip.hide();
    if (this.events.get(id)?.until) return;
    this.hooks.onOpen(id);
    // The sheet takes its place beside the columns; what it is about stays in sight.
    setTimeout(() => this.host.querySelector(`[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest" }), 400);
  }

  #tapped(info) {
    const minute = minuteOf(wallOf(info.date));
    const start = at(dayOf(wallOf(info.date)), minute - (minute % Math.min(this.facts.zoom, 15)));
    this.book(this.columns.get(info.resource?.id), start, 0);
  }

  #selected({ start, end, resource }) {
    this.tip.hide();
    this.calendar.unselect();
    this.book(this.columns.get(resource?.id), wallOf(start), between(wallOf(start), wallOf(end)));
  }

  book(column, start, minutes) {
    if (!column || !this.facts.can) return;
    const place = this.empty(column, dayOf(start));
    const refused = this.why({ ...place, start, end: plus(start, minutes || SNAP) });
    if (refused) this.hooks.onRefused({ text: this.facts.say(refused), ...this.pointer, offers: [], id: "" });
    else this.hooks.onBook(place.doctor, column.kind === "room" ? place.room : "", start, minutes ? String(minutes) : "");
  }

  #hovered(el, event) {
    if (this.held || event.display === "background" || event.id.startsWith("{")) return;
    const shown = this.placed(event.id);
    if (shown) this.tip.card(el, this.facts.card(shown));
  }
}
