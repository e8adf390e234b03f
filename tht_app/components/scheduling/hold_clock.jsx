// How long a time is still kept for this form, counted down by the server's clock.
import { createElement, useEffect, useState } from "react";
import { fill } from "$/public/external/tht_app/i18n/words/i18n.js";
import { everySecond, learn, serverNow } from "$/public/external/tht_app/components/ui/elapsed/clock.js";

const left = (until) => Math.max(0, Math.ceil((Date.parse(until) - serverNow()) / 1000));
const clock = (seconds) => `${Math.floor(seconds / 60)}.${String(seconds % 60).padStart(2, "0")}`;

export function HoldClock({ until, now, kept, over, what, again, looks, icons, onAgain }) {
  const [seconds, setSeconds] = useState(() => left(until));
  useEffect(() => {
    if (now) learn(now);
    const tick = () => setSeconds(left(until));
    tick();
    return everySecond(tick);
  }, [until, now]);
  if (seconds > 0) {
    return createElement(
      "p",
      { className: looks.kept, "data-testid": "scheduling-hold" },
      icons.kept,
      createElement("span", { "aria-hidden": true }, fill(kept, { time: clock(seconds), what })),
      createElement("span", { className: "sr-only", role: "status" }, fill(kept, { time: `${Math.ceil(seconds / 60)}`, what })),
    );
  }
  return createElement(
    "p",
    { className: looks.over, role: "status", "data-testid": "scheduling-hold-over" },
    over,
    createElement("button", { type: "button", className: looks.again, onClick: onAgain, "data-testid": "scheduling-hold-again" }, again),
  );
}
