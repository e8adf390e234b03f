// Tells once that a moment is over, by the server's clock.
import { useEffect, useRef } from "react";
import { everySecond, learn, serverNow } from "$/public/external/tht_app/components/ui/elapsed/clock.js";

export function Expiry({ at, now, onOver }) {
  const told = useRef("");
  useEffect(() => {
    if (now) learn(now);
    const ends = Date.parse(at);
    if (!Number.isFinite(ends)) return undefined;
    return everySecond(() => {
      if (told.current !== at && serverNow() >= ends) {
        told.current = at;
        onOver();
      }
    });
  }, [at, now, onOver]);
  return null;
}
