// A signature by finger, pen or mouse, kept as strokes in whole units of a field of 1000 by 360 and sent with its form.
import { createElement as h, useId, useRef, useState } from "react";

const WIDTH = 1000;
const HEIGHT = 360;
const MOST_POINTS = 3900;
const NEAR = 6;

const lineOf = (stroke) => {
  const points = [];
  for (let i = 0; i < stroke.length; i += 2) points.push(`${stroke[i]} ${stroke[i + 1]}`);
  return points.length === 1 ? `M${points[0]} l4 0` : `M${points.join(" L")}`;
};

export function SignaturePad({ name, label, hint, clear, classes, testId }) {
  const [strokes, setStrokes] = useState([]);
  const open = useRef(null);
  const box = useRef(null);
  const id = useId();
  const place = (event) => {
    const field = box.current.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, Math.round(value * most)));
    return [within((event.clientX - field.left) / field.width, WIDTH), within((event.clientY - field.top) / field.height, HEIGHT)];
  };
  const begin = (event) => {
    // One finger or pen writes; the hand that rests on the glass does not.
    if (!event.isPrimary || event.button > 0) return;
    event.preventDefault();
    box.current.setPointerCapture(event.pointerId);
    open.current = event.pointerId;
    setStrokes((before) => [...before, place(event)]);
  };
  const go = (event) => {
    if (open.current !== event.pointerId) return;
    const moves = event.nativeEvent.getCoalescedEvents?.() ?? [];
    setStrokes((before) => {
      const last = [...before[before.length - 1]];
      let room = MOST_POINTS - before.flat().length;
      for (const move of moves.length ? moves : [event]) {
        const [x, y] = place(move);
        const [px, py] = last.slice(-2);
        if (room > 1 && Math.abs(x - px) + Math.abs(y - py) >= NEAR) {
          last.push(x, y);
          room -= 2;
        }
      }
      return [...before.slice(0, -1), last];
    });
  };
  const end = (event) => {
    if (open.current === event.pointerId) open.current = null;
  };
  return h(
    "div",
    { className: classes.whole, role: "group", "aria-labelledby": `${id}-label`, "data-testid": testId },
    h(
      "div",
      { className: classes.head },
      h("span", { id: `${id}-label`, className: classes.label }, label),
      h(
        "button",
        { type: "button", className: classes.button, onClick: () => setStrokes([]), disabled: strokes.length === 0, "data-testid": `${testId}-clear` },
        clear,
      ),
    ),
    h(
      "svg",
      {
        ref: box,
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        className: classes.pad,
        style: { touchAction: "none" },
        role: "img",
        "aria-label": label,
        "aria-describedby": `${id}-hint`,
        onPointerDown: begin,
        onPointerMove: go,
        onPointerUp: end,
        onPointerCancel: end,
        "data-testid": `${testId}-field`,
      },
      h("line", { x1: 60, x2: WIDTH - 60, y1: HEIGHT - 60, y2: HEIGHT - 60, className: classes.line }),
      strokes.map((stroke, index) => h("path", { key: index, d: lineOf(stroke), className: classes.ink, fill: "none" })),
    ),
    h("p", { id: `${id}-hint`, className: classes.hint }, hint),
    h("input", { type: "hidden", name, value: strokes.length ? JSON.stringify(strokes) : "" }),
  );
}
