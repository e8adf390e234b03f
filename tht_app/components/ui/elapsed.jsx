// Minutes since an instant, ticking by the server's clock; colour and words change with the patience of people.
import { createElement, useEffect, useState } from "react";
import { fill } from "$/public/external/tht_app/i18n/words/i18n.js";
import { everySecond, learn, serverNow } from "$/public/external/tht_app/components/ui/elapsed/clock.js";

const minutesSince = (since) => Math.max(0, Math.floor((serverNow() - Date.parse(since)) / 60000));

export function Elapsed({ since, now, long, tooLong, templates, looks }) {
  const [minutes, setMinutes] = useState(() => minutesSince(since));
  useEffect(() => {
    if (now) learn(now);
    const tick = () => setMinutes(minutesSince(since));
    tick();
    return everySecond(tick);
  }, [since, now]);
  const tone = minutes > tooLong ? "tooLong" : minutes > long ? "long" : "ok";
  return createElement(
    "span",
    { className: looks[tone], "data-tone": tone, "data-testid": "ui-elapsed" },
    Number.isFinite(minutes) ? fill(templates[tone], { minutes }) : "",
  );
}
