// Asks the calendar's rules what the browser would ask, in a zone given by TZ. Prints one JSON object.
import { pathToFileURL } from "node:url";

const rules = await import(pathToFileURL(process.argv[2]));
const { at, between, changes, clockOf, inColumn, nearest, nowWall, plus, refusal, wallOf } = rules;

const event = (id, start, minutes, more = {}) => ({
  id, start: `2027-03-01T${start}`, end: plus(`2027-03-01T${start}`, minutes), doctor: "d1", room: "r1", devices: [], takes: true, name: id, ...more,
});
const facts = {
  events: [event("siti", "09:00", 15), event("budi", "09:30", 30, { devices: ["x1"] }), event("gone", "10:30", 30, { takes: false })],
  closed: [{ columns: ["d1"], start: "2027-03-01T12:00", end: "2027-03-01T13:00", text: "Istirahat" }],
  now: "2027-03-01T08:00:00",
  late: 15,
  mine: "",
};
const why = (place, more = {}) => refusal(place, { ...facts, ...more });
const doctors = [{ id: "d1", kind: "doctor" }, { id: "d2", kind: "doctor" }];
const usual = { d2: { "2027-03-01": "r2" } };
const rooms = [{ id: "r1", kind: "room" }, { id: "r3", kind: "room" }];
const wanted = event("siti", "09:25", 15);

const clock = [nowWall("2027-03-01T09:00:00", 1000), nowWall("2027-03-01T09:00:00", 61000), nowWall("2027-03-01T11:00:00", 61500)];

console.log(
  JSON.stringify({
    time: [plus("2027-03-01T23:50", 20), between("2027-03-01T09:00", "2027-03-01T10:30"), clockOf("2027-03-01T09:05"), at("2027-03-01", 545)],
    wall: wallOf(new Date(2027, 2, 1, 9, 5)),
    clock,
    free: why(event("siti", "10:30", 15)),
    itself: why(event("siti", "09:05", 15)),
    doctor: why(event("siti", "09:50", 15)),
    room: why(event("new", "09:05", 5, { doctor: "d2" })),
    device: why(event("new", "09:40", 5, { doctor: "d2", room: "r2", devices: ["x1"] })),
    touching: why(event("new", "09:15", 15)),
    closed: why(event("siti", "11:50", 15)),
    otherDoctorsBreak: why(event("new", "12:10", 15, { doctor: "d2", room: "r2" })),
    past: why(event("new", "07:40", 10)),
    justBegun: why(event("new", "07:50", 10)),
    midnight: why(event("new", "23:50", 20)),
    untilMidnight: why(event("new", "23:50", 10)),
    foreign: why(event("new", "10:00", 10), { mine: "d2" }),
    toDoctor: inColumn(facts.events[0], doctors[0], doctors[1], usual, "2027-03-01"),
    toRoom: inColumn(facts.events[0], rooms[0], rooms[1], usual, "2027-03-01").room,
    doctorToRoom: inColumn(facts.events[0], doctors[0], rooms[0], usual, "2027-03-01"),
    nearest: nearest(wanted, facts),
    changes: (({ changed, gone }) => ({ changed: changed.map(({ id }) => id), gone }))(
      changes(new Map(facts.events.map((each) => [each.id, each])), [facts.events[0], { ...facts.events[1], end: "2027-03-01T11:00" }, event("new", "08:00", 5)]),
    ),
  }),
);
