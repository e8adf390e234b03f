// The server's clock in this browser: a computer with a wrong clock, or in another zone, shows the clinic's time all the same.
let offset = 0;

// Take note of the server's present moment, as the latest view told it.
export const learn = (iso) => {
  const told = Date.parse(iso);
  if (Number.isFinite(told)) offset = told - Date.now();
};

export const serverNow = () => Date.now() + offset;

// Run `tick` now and then with the seconds; one timer for the whole page. Returns how to stop.
const ticks = new Set();
let timer = null;
export const everySecond = (tick) => {
  ticks.add(tick);
  timer ??= setInterval(() => {
    for (const each of ticks) each();
  }, 1000);
  return () => {
    ticks.delete(tick);
    if (ticks.size === 0) {
      clearInterval(timer);
      timer = null;
    }
  };
};
