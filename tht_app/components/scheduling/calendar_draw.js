// The small pieces of the calendar that the library asks for as plain elements, and the words beside the pointer.
import { clockOf, wallOf } from "./calendar_rules.js";

const CARD_MS = 350;
const GAP = 14;

const element = (name, className, ...children) => {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
};

const iconOf = (facts, name) => facts.icon(name)?.cloneNode(true) ?? null;

const flags = (event, { words }) => {
  const payer = { bpjs: words.bpjs, insurance: words.insurance }[event.payer];
  return [event.first ? words.first : "", payer].filter(Boolean).map((word) => element("span", "cal-flag", word));
};

// Time and name; below, as there is room, where it stands, what for and the flags; then who and where.
export function eventContent({ event }, facts) {
  if (event.display === "background") return { domNodes: [element("span", "cal-reason", event.extendedProps.text)] };
  const time = clockOf(wallOf(event.start));
  if (!event.extendedProps.name) return { domNodes: [element("span", "cal-new", `${time}–${clockOf(wallOf(event.end))}`)] };
  const shown = event.extendedProps;
  const first = element("div", "cal-line", element("time", "cal-time", time), element("span", "cal-name", shown.name));
  const status = element("span", "sr-only", facts.words[`status_${shown.status}`]);
  const second = element("div", "cal-sub", iconOf(facts, shown.over ? "over" : shown.status), status, element("span", "cal-visit", shown.visit), ...flags(shown, facts));
  const others = [facts.title(shown.doctor), facts.title(shown.room)].filter(Boolean).join(" · ");
  return { domNodes: [first, second, element("div", "cal-sub", element("span", "cal-visit", others))] };
}

// A column's head: its name, and how many come on that day.
export function labelContent(column, day, { words, count }) {
  if (!column) return { domNodes: [] };
  const head = element("span", "cal-head", column.title);
  if (column.tint) head.style.setProperty("--tint", `var(--visit-${column.tint})`);
  const visits = column.kind === "doctor" ? count(column.visits[day] ?? 0) : words[column.kind];
  return { domNodes: [head, element("span", "cal-count", visits)] };
}

// Words that float: beside the pointer while something is dragged, or beside an appointment that is looked at.
export class Tip {
  constructor(host) {
    this.host = host;
    this.box = element("div", "cal-tip");
    this.box.hidden = true;
    this.box.setAttribute("aria-hidden", "true");
    this.following = false;
    this.timer = 0;
  }

  #open(className, ...children) {
    if (!this.box.isConnected) this.host.parentElement.append(this.box);
    this.box.className = `cal-tip ${className}`;
    this.box.replaceChildren(...children);
    this.box.hidden = false;
  }

  #place(x, y) {
    const { offsetWidth: width, offsetHeight: height } = this.box;
    this.box.style.left = `${Math.max(4, x + GAP + width > innerWidth ? x - GAP - width : x + GAP)}px`;
    this.box.style.top = `${Math.max(4, y + GAP + height > innerHeight ? y - GAP - height : y + GAP)}px`;
  }

  follow({ x, y }, text, tone) {
    clearTimeout(this.timer);
    this.following = true;
    this.#open(`is-${tone}`, text);
    this.#place(x, y);
  }

  move({ x, y }) {
    if (this.following) this.#place(x, y);
  }

  card(beside, lines, wait = CARD_MS) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!beside.isConnected || this.following) return;
      this.#open("is-card", ...lines.filter(Boolean).map((line) => element("div", "", line)));
      const { right, left, top } = beside.getBoundingClientRect();
      const fits = right + GAP + this.box.offsetWidth < innerWidth;
      this.#place(fits ? right - GAP + 4 : left - this.box.offsetWidth - GAP - 4, top - GAP);
    }, wait);
  }

  leave() {
    clearTimeout(this.timer);
    if (!this.following) this.box.hidden = true;
  }

  hide() {
    clearTimeout(this.timer);
    this.following = false;
    this.box.hidden = true;
  }
}
