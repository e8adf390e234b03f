// A television in the waiting room: shows and says the calls, and looks after itself for months.
import { createElement, useEffect, useMemo, useRef, useState } from "react";
import { useLink } from "$/public/external/tht_app/components/layout/connection/connection.jsx";
import { fill } from "$/public/external/tht_app/i18n/words/i18n.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HIGHLIGHT = 10 * SECOND;
const LONGER = 20 * SECOND;
const HURRIED = 5 * SECOND;
const CROWD = 3; // so many waiting announcements make each shorter
const STALE = 60 * SECOND; // what is shown is true for no longer than this
const TOO_OLD = 120 * SECOND; // a missed call older than this is not announced any more
const JUST_NOW = 15 * SECOND;
const ALIVE = 5 * MINUTE;
const HEAL = 20 * SECOND;
const SHIFTS = [[0, 0], [0.5, 0.3], [0.2, 0.7], [-0.4, 0.4], [-0.5, -0.3], [0.3, -0.6]]; // in vh, against burning in
const NIGHT = /^03:[34]/;

// ---- sound ---------------------------------------------------------------------------------------------------------

const sound = { context: null, clips: new Map(), byItself: false };

const wake = async () => {
  try {
    sound.context ??= new AudioContext();
    // A browser that wants a tap first never answers this promise.
    await Promise.race([sound.context.resume(), new Promise((done) => setTimeout(done, 300))]);
  } catch {
    return false;
  }
  return sound.context.state === "running";
};

const clip = async (name) => {
  if (!sound.clips.has(name)) {
    const loading = fetch(`/sounds/${name}.mp3`)
      .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(name))))
      .then((bytes) => sound.context.decodeAudioData(bytes));
    sound.clips.set(name, loading);
    loading.catch(() => sound.clips.delete(name));
  }
  return sound.clips.get(name).catch(() => null);
};

// Plays clips one after the other; answers with how many milliseconds they take.
const play = async (sequence) => {
  if (sound.context?.state !== "running") return 0;
  const buffers = await Promise.all(sequence.map((part) => (typeof part === "number" ? part : clip(part))));
  let at = sound.context.currentTime + 0.05;
  for (const buffer of buffers) {
    if (typeof buffer === "number") at += buffer;
    else if (buffer) {
      const source = new AudioBufferSourceNode(sound.context, { buffer });
      source.connect(sound.context.destination);
      source.start(at);
      at += buffer.duration;
    }
  }
  return (at - sound.context.currentTime) * SECOND;
};

const announcement = (clips, twice) => ["chime", ...clips, ...(twice ? [0.9, ...clips] : [])];

function useSound(wanted) {
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    if (!wanted) return setSilent(false);
    let gone = false;
    const look = () => !gone && setSilent(sound.context?.state !== "running");
    wake().then((running) => {
      sound.byItself = running;
      sound.context?.addEventListener("statechange", look);
      look();
    });
    const tapped = async () => {
      if (sound.context?.state !== "running" && (await wake())) play(["chime"]);
      look();
    };
    document.addEventListener("pointerdown", tapped);
    document.addEventListener("keydown", tapped);
    return () => {
      gone = true;
      sound.context?.removeEventListener("statechange", look);
      document.removeEventListener("pointerdown", tapped);
      document.removeEventListener("keydown", tapped);
    };
  }, [wanted]);
  return silent;
}

// ---- time ----------------------------------------------------------------------------------------------------------

const clockOf = (zone) => {
  const write = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  return { time: (at) => write.format(at), day: (at) => day.format(at) };
};

// The server's time, whatever the television thinks it is.
function useServerClock(now, zone) {
  const ahead = useRef(0);
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (now) ahead.current = Date.parse(now) - Date.now();
    setTick((count) => count + 1);
  }, [now]);
  useEffect(() => {
    const timer = setInterval(() => setTick((count) => count + 1), SECOND);
    return () => clearInterval(timer);
  }, []);
  const clock = useMemo(() => clockOf(zone || "Asia/Jakarta"), [zone]);
  const at = Date.now() + ahead.current;
  return { at: () => Date.now() + ahead.current, time: clock.time(at), day: clock.day(at), known: Boolean(now), tick };
}

// ---- calls ---------------------------------------------------------------------------------------------------------

// New calls wait in line until each was shown and said.
function useAnnouncements(calls, voice, clock) {
  const [shown, setShown] = useState(null);
  const known = useRef(null);
  const line = useRef([]);
  const busy = useRef(false);
  const latest = useRef({ calls, voice });
  latest.current = { calls, voice };
  const next = async () => {
    if (busy.current) return;
    // Whoever came in or was taken back meanwhile need not be called any more.
    const waits = ({ key }) => latest.current.calls.find((call) => call.key === key && !call.serving);
    let call = null;
    while (!call && line.current.length > 0) call = waits(line.current.shift());
    setShown(call?.key ?? null);
    if (!call) return;
    busy.current = true;
    const hurried = line.current.length >= CROWD;
    const spoken = latest.current.voice ? await play(announcement(call.clips, !hurried)) : 0;
    const least = call.longer ? LONGER : hurried ? HURRIED : HIGHLIGHT;
    setTimeout(() => {
      busy.current = false;
      next();
    }, Math.max(least, spoken + 500));
  };
  useEffect(() => {
    if (calls === null) return;
    const first = known.current === null;
    const before = known.current ?? new Set();
    const oldest = clock.at() - (first ? JUST_NOW : TOO_OLD);
    const fresh = calls.filter(({ key, at, serving }) => !before.has(key) && !serving && Date.parse(at) > oldest);
    known.current = new Set(calls.map(({ key }) => key));
    line.current.push(...fresh.reverse());
    if (fresh.length > 0) next();
  }, [calls]);
  return shown;
}

// ---- staying alive -------------------------------------------------------------------------------------------------

// now: everything is true; late: cut off for less than a minute; gone: what was shown may be wrong.
function useFreshness(cut) {
  const [state, setState] = useState("now");
  useEffect(() => {
    if (!cut) return setState("now");
    setState("late");
    const timer = setTimeout(() => setState("gone"), STALE);
    return () => clearTimeout(timer);
  }, [cut]);
  return state;
}

// However long it takes: a server that answers again is reached again.
function useHealing(cut) {
  useEffect(() => {
    if (!cut) return undefined;
    let answered = 0;
    const timer = setInterval(async () => {
      const answer = await fetch("/session", { cache: "no-store" }).catch(() => null);
      if (answer?.status === 401) location.assign("/display/again");
      else if (answer?.status === 200 && (answered += 1) >= 3) location.reload();
    }, HEAL + Math.random() * 5 * SECOND);
    return () => clearInterval(timer);
  }, [cut]);
}

function useLampAndShift() {
  const [shift, setShift] = useState(0);
  useEffect(() => {
    let lamp = null;
    const burn = async () => {
      if (document.visibilityState !== "visible" || !navigator.wakeLock || (lamp && !lamp.released)) return;
      lamp = await navigator.wakeLock.request("screen").catch(() => null);
    };
    burn();
    const timer = setInterval(() => {
      burn();
      setShift((count) => (count + 1) % SHIFTS.length);
    }, 3 * MINUTE);
    document.addEventListener("visibilitychange", burn);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", burn);
      lamp?.release?.().catch(() => {});
    };
  }, []);
  const [x, y] = SHIFTS[shift];
  return { transform: `translate(${x}vh, ${y}vh)` };
}

// At night everything begins anew; a browser that wants a tap for its sound keeps its page and only reads again.
function useNight(clock, voice, again) {
  useEffect(() => {
    if (!clock.known || !NIGHT.test(clock.time) || sessionStorage.getItem("display.night") === clock.day) return;
    sessionStorage.setItem("display.night", clock.day);
    setTimeout(async () => {
      const answer = await fetch("/health", { cache: "no-store" }).catch(() => null);
      if (answer?.ok && (!voice || sound.byItself)) location.reload();
      else {
        sound.clips.clear();
        again();
      }
    }, Math.random() * 5 * MINUTE);
  }, [clock.time]);
}

function useFollowing({ look, cut, clock, onAlive, onLook, onBoard }) {
  const events = useRef({});
  events.current = { onAlive, onLook, onBoard, cut };
  useEffect(() => {
    if (look.version) events.current.onBoard();
  }, [look.version, clock.day]);
  useEffect(() => {
    if (cut) return undefined;
    const timer = setInterval(() => events.current.onAlive(), ALIVE);
    events.current.onAlive();
    events.current.onLook();
    if (look.version) events.current.onBoard();
    return () => clearInterval(timer);
  }, [cut]);
}

// ---- what is seen --------------------------------------------------------------------------------------------------

const el = createElement;

// Slides in from the left, once; whoever wants no motion gets it at once.
function Field({ className }) {
  const box = useRef(null);
  useEffect(() => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    box.current.animate([{ transform: "translateX(-100%)" }, { transform: "none" }], { duration: 400, easing: "ease-out" });
  }, []);
  return el("div", { ref: box, className, "data-testid": "display-field" });
}

const Call = ({ call, fresh, words, looks }) =>
  call
    ? el(
        "div",
        { className: `${looks.call} ${fresh ? looks.fresh : ""}`, "data-testid": "display-call", "data-fresh": String(fresh) },
        fresh ? el(Field, { key: call.key, className: looks.field }) : null,
        el("p", { className: looks.lead }, words.number),
        el("p", { className: looks.number, "data-testid": "display-number" }, call.label),
        el("p", { className: looks.lead }, words.go),
        el("p", { className: looks.place, "data-testid": "display-place" }, call.place),
      )
    : el("div", { className: looks.call }, el("p", { className: looks.nobody }, words.nobody));

const Others = ({ calls, words, looks }) =>
  calls.length === 0
    ? el("div", { className: looks.others })
    : el(
        "div",
        { className: looks.others, "data-testid": "display-others" },
        el("span", { className: looks.also }, words.also),
        ...calls.map((call) => el("span", { key: call.key, className: looks.other }, el("b", null, call.label), ` ${call.place}`)),
      );

const Coming = ({ coming, words, looks }) =>
  el(
    "section",
    { className: looks.coming },
    el("h2", { className: looks.title }, words.coming),
    coming.length === 0
      ? el("p", { className: looks.none }, words.none)
      : el(
          "ol",
          { className: looks.list },
          ...coming.map((one) =>
            el(
              "li",
              { key: one.label, className: looks.row, "data-testid": "display-coming" },
              el("span", { className: looks.next }, one.label),
              el("span", { className: looks.where }, one.place),
            ),
          ),
        ),
  );

export function DisplayScreen({ calls, coming, look, ready, now, cutOff, denied, words, looks, onAlive, onLook, onBoard }) {
  const link = useLink();
  const cut = cutOff || link.status !== "online";
  const clock = useServerClock(now, look.zone);
  const silent = useSound(look.voice);
  const said = words[look.lang] ?? words.id;
  const shownKey = useAnnouncements(ready ? calls : null, look.voice, clock);
  const freshness = useFreshness(cut);
  const again = () => {
    onLook();
    onBoard();
  };
  useHealing(cut);
  useFollowing({ look, cut, clock, onAlive, onLook, onBoard });
  useNight(clock, look.voice, again);
  const place = useLampAndShift();
  useEffect(() => {
    document.documentElement.classList.toggle("dark", look.theme !== "light");
    document.documentElement.classList.toggle("light", look.theme === "light");
    document.documentElement.lang = look.lang;
  });
  const call = calls.find(({ key }) => key === shownKey) ?? calls[0];
  const others = calls.filter((one) => one !== call && !one.serving).slice(0, 3);
  if (denied) return el("main", { className: looks.screen }, el("p", { className: looks.gone }, said.denied));
  return el(
    "main",
    { className: looks.screen, "data-testid": "display-screen", "data-freshness": freshness },
    el(
      "div",
      { className: looks.frame, style: place },
      el(
        "header",
        { className: looks.head },
        el("h1", { className: looks.clinic }, look.clinic),
        el("time", { className: looks.clock, "data-testid": "display-clock" }, clock.known ? clock.time.replace(":", ".") : ""),
      ),
      freshness === "gone"
        ? el("div", { className: looks.gone, role: "alert", "data-testid": "display-gone" }, said.gone)
        : el(
            "div",
            { className: looks.body },
            el("section", { className: looks.left }, el(Call, { call, fresh: Boolean(shownKey), words: said, looks }), el(Others, { calls: others, words: said, looks })),
            el(Coming, { coming, words: said, looks }),
          ),
      el(
        "footer",
        { className: looks.foot },
        el("p", { className: looks.message, "data-testid": "display-message" }, look.message),
        silent ? el("p", { className: looks.tap, "data-testid": "display-tap" }, said.tap) : null,
        el(
          "p",
          { className: looks.link, "data-testid": "display-connection", "data-status": cut ? "lost" : "online" },
          el("span", { className: `${looks.dot} ${cut ? looks.dot_lost : looks.dot_online}` }),
          fill(cut ? said.lost : said.online, {}),
        ),
      ),
    ),
  );
}
