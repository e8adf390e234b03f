// The calendar of columns: React hands it what the server sent and carries its questions back. See calendar_board.js.
import { createElement as h, useEffect, useMemo, useRef, useState } from "react";
import { connected } from "$/public/external/tht_app/components/layout/connection/connection.jsx";
import { fill, useLang } from "$/public/external/tht_app/i18n/words/i18n.js";
import "@event-calendar/core/index.css";
import "./calendar.css";
import { Board } from "./calendar_board.js";
import { Keys } from "./calendar_keys.js";
import { between, clockOf, dayOf, plus } from "./calendar_rules.js";
import { useHabits } from "./calendar_tools.jsx";

// Doctors, then rooms and devices; a week has room for one kind only.
export function visibleColumns({ columns, days }, doctor, room) {
  const doctors = columns.filter(({ kind, id }) => kind === "doctor" && (doctor === "all" || id === doctor));
  const kinds = { all: ["room"], devices: ["room", "device"] }[room] ?? [];
  const others = columns.filter(({ kind, id }) => kinds.includes(kind) || id === room);
  if (days === 1) return room === "all" && doctor !== "all" ? doctors : [...doctors, ...others];
  return others.length === 1 && doctor === "all" ? others : doctors;
}

function makeFacts({ grid, clock, today, doctor, room, mine, can, usual, words }, zoom, lang, icon) {
  const titles = new Map(grid.columns.map(({ id, title }) => [id, title]));
  const weekday = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : "id-ID", { weekday: "long", day: "numeric", month: "short", timeZone: "UTC" });
  const title = (id) => titles.get(id) ?? "";
  const span = ({ start, end }) => `${clockOf(start)}–${clockOf(end)}`;
  return {
    grid, clock, today, mine, can, usual, words, zoom, icon, title,
    shown: visibleColumns(grid, doctor, room),
    dayName: (day) => weekday.format(new Date(`${day}T00:00Z`)),
    count: (count) => fill(words.visits, { count }),
    say: ({ why, text }) => (why === "closed" ? text : fill(words[`why_${why}`], { what: text ?? "" })),
    sayPlace: (place) => [span(place), title(place.doctor), title(place.room)].filter(Boolean).join(" · "),
    card: (event) => [
      event.name,
      event.person,
      `${span(event)} · ${event.visit}`,
      [title(event.doctor), title(event.room)].filter(Boolean).join(" · "),
      [words[`status_${event.status}`], event.first && words.first, words[event.payer], event.over && words.over].filter(Boolean).join(" · "),
    ],
  };
}

function Refused({ refused, words, looks, onTake, onMove, onClose }) {
  const box = useRef(null);
  useEffect(() => {
    box.current.focus();
    const outside = (event) => !box.current?.contains(event.target) && onClose();
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [refused]);
  const place = { left: Math.max(8, Math.min(refused.x + 8, innerWidth - 336)), top: Math.max(64, Math.min(refused.y + 8, innerHeight - 260)) };
  const offer = ({ start, label }) =>
    h("button", { key: start, type: "button", className: looks.button, onClick: () => onTake(start), "data-testid": "scheduling-calendar-offer" }, label);
  return h(
    "div",
    { ref: box, role: "alertdialog", "aria-label": words.refused, tabIndex: -1, style: place, className: looks.refused, onKeyDown: (event) => event.key === "Escape" && onClose(), "data-testid": "scheduling-calendar-refused" },
    h("p", { className: looks.refusedText }, refused.text),
    refused.offers.length > 0 ? h("p", { className: looks.refusedHint }, words.offers) : null,
    ...refused.offers.map(offer),
    h(
      "div",
      { className: looks.refusedFoot },
      refused.id ? h("button", { type: "button", className: looks.quiet, onClick: onMove, "data-testid": "scheduling-calendar-other" }, words.other) : null,
      h("button", { type: "button", className: looks.quiet, onClick: onClose, "data-testid": "scheduling-calendar-understood" }, words.understood),
    ),
  );
}

export function ClinicCalendar(props) {
  const { answer, words, looks, icons, label, onBook, onPlace, onOpen, onMove } = props;
  const { grid, clock, today, doctor, room, mine, can, usual } = props;
  const lang = useLang();
  const { zoom } = useHabits();
  const host = useRef(null);
  const pictures = useRef(null);
  const parts = useRef({});
  const [refused, setRefused] = useState(null);
  const [said, setSaid] = useState("");
  const back = useRef(null);
  const announce = (text) => setSaid((before) => (before === text ? `${text}\u00a0` : text));
  const hooks = useRef({});
  hooks.current = { onBook, onPlace, onOpen };
  const facts = useMemo(
    () => makeFacts({ grid, clock, today, doctor, room, mine, can, usual, words }, zoom, lang, (name) => pictures.current?.querySelector(`[data-icon="${name}"] svg`)),
    [grid, clock, today, doctor, room, mine, can, usual, zoom, lang],
  );

  useEffect(() => {
    const board = new Board(host.current, {
      connected,
      onBook: (...place) => hooks.current.onBook(...place),
      onPlace: (form) => hooks.current.onPlace(form),
      onOpen: (id) => hooks.current.onOpen(id),
      onPlaced: (event) => announce(`${event.name}: ${board.facts.sayPlace(event)}`),
      onRefused: (told) => {
        back.current = board.focused() ?? (document.activeElement === parts.current.keys.cursor ? "cursor" : null);
        setRefused(told);
        announce(told.text);
      },
    });
    parts.current = { board, keys: new Keys(board, { announce }) };
    return () => {
      parts.current.keys.destroy();
      board.destroy();
    };
  }, []);

  useEffect(() => {
    if (grid.columns.length === 0) return;
    const { board, keys } = parts.current;
    keys.settle(() => board.show(facts));
  }, [facts]);

  useEffect(() => {
    if (answer.request) parts.current.board.drops.answered(answer);
  }, [answer]);

  const close = () => {
    setRefused(null);
    const { board, keys } = parts.current;
    if (back.current === "cursor") keys.cursor.focus();
    else if (back.current) board.focus(back.current);
    back.current = null;
  };
  const take = (start) => {
    const { board } = parts.current;
    const wanted = { ...board.placed(refused.id), ...refused.place };
    close();
    if (dayOf(start) !== dayOf(wanted.start)) announce(words.otherDay);
    board.drops.commit({ ...wanted, start, end: plus(start, between(wanted.start, wanted.end)) });
  };
  const move = () => {
    close();
    onMove(refused.id);
  };

  return h(
    "div",
    { className: looks.frame, role: "region", "aria-label": label, "data-testid": "scheduling-calendar" },
    h("div", { ref: host, className: "cal" }),
    h("div", { ref: pictures, hidden: true }, Object.entries(icons).map(([name, icon]) => h("span", { key: name, "data-icon": name }, icon))),
    h("div", { "aria-live": "polite", className: "sr-only", "data-testid": "scheduling-calendar-said" }, said),
    refused ? h(Refused, { refused, words, looks, onTake: take, onMove: move, onClose: close }) : null,
  );
}
