// What the calendar knows without a screen: wall clock times, and whether an appointment may lie somewhere.
// Times are the clinic's wall clock as text, `2027-03-01T09:15`: they sort and compare as they are, in any browser zone.
const MINUTE = 60000;

export const plus = (wall, minutes) => new Date(Date.parse(`${wall.slice(0, 16)}Z`) + minutes * MINUTE).toISOString().slice(0, 16);
export const between = (start, end) => Math.round((Date.parse(`${end}Z`) - Date.parse(`${start}Z`)) / MINUTE);
export const clockOf = (wall) => wall.slice(11, 16).replace(":", ".");
export const dayOf = (wall) => wall.slice(0, 10);
export const minuteOf = (wall) => Number(wall.slice(11, 13)) * 60 + Number(wall.slice(14, 16));
export const at = (day, minute) => plus(`${day}T00:00`, minute);

// What the calendar hands out lies in the browser's zone but means the wall clock: read its fields, never its instant.
const two = (number) => String(number).padStart(2, "0");
export const wallOf = (date) =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;

// The server's clock, carried on by a clock that nobody can set. A text that was seen before keeps its first moment, so
// that drawing the screen again does not turn time back.
let seen = { text: "", since: 0 };
export const nowWall = (text, ticks = performance.now()) => {
  if (text && text !== seen.text) seen = { text, since: ticks };
  if (!seen.text) return "";
  return new Date(Date.parse(`${seen.text}Z`) + (ticks - seen.since)).toISOString().slice(0, 19);
};

const overlap = (one, start, end) => one.start < end && start < one.end;
const columnsOf = (event) => [event.doctor, event.room, ...event.devices];

// Why `place` ({id, start, end, doctor, room, devices}) is not possible, as {why, text}, or null. The server decides in
// the end; this only keeps the hand from going where it would refuse.
export function refusal(place, { events, closed, now, late, mine }) {
  const { start, end } = place;
  if (dayOf(start) !== dayOf(end) && !end.endsWith("T00:00")) return { why: "midnight" };
  if (now && start < plus(now, -late)) return { why: "past" };
  if (mine && place.doctor !== mine) return { why: "foreign" };
  const wanted = columnsOf(place);
  const shut = closed.find((stretch) => overlap(stretch, start, end) && wanted.some((id) => stretch.columns.includes(id)));
  if (shut) return { why: "closed", text: shut.text };
  const taken = events.find(
    (event) => event.takes && event.id !== place.id && overlap(event, start, end) && columnsOf(event).some((id) => wanted.includes(id)),
  );
  if (!taken) return null;
  const why = taken.doctor === place.doctor ? "doctor" : taken.room === place.room ? "room" : "device";
  return { why, text: `${clockOf(taken.start)}–${clockOf(taken.end)} ${taken.name}` };
}

// Where an appointment would be if it were dragged into another column: another doctor brings their usual room along,
// a room only changes the room, and a doctor never becomes a room.
export function inColumn(event, from, to, usual, day) {
  if (!to || from?.id === to.id) return event;
  if (!from || from.kind !== to.kind) return null;
  if (to.kind === "doctor") return { ...event, doctor: to.id, room: usual[to.id]?.[day] ?? event.room };
  if (to.kind === "room") return { ...event, room: to.id };
  return { ...event, devices: event.devices.map((id) => (id === from.id ? to.id : id)) };
}

// The free starts of the same day nearest to where it was wanted, none of them overlapping another.
export function nearest(place, facts, { step = 5, count = 3 } = {}) {
  const minutes = between(place.start, place.end);
  const found = [];
  for (let away = step; away < 1440 && found.length < count; away += step) {
    for (const start of [plus(place.start, -away), plus(place.start, away)]) {
      const slot = { ...place, start, end: plus(start, minutes) };
      const apart = found.every((other) => Math.abs(between(other, start)) >= minutes);
      if (found.length < count && dayOf(start) === dayOf(place.start) && apart && !refusal(slot, facts)) found.push(start);
    }
  }
  return found.sort();
}

// What of the events changed since they were last drawn: added or other, and gone.
export function changes(before, after) {
  const kept = new Map(after.map((event) => [event.id, event]));
  const changed = after.filter((event) => JSON.stringify(before.get(event.id)) !== JSON.stringify(event));
  return { changed, gone: [...before.keys()].filter((id) => !kept.has(id)), kept };
}
