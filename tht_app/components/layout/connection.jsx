// What stands between this screen and the clinic's server: the connection, the session, what was saved when.
import { createElement, useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { EventLoopContext } from "$/utils/context";
import { fill } from "$/public/external/tht_app/i18n/words/i18n.js";

const PATIENCE_MS = 900;
const AGAIN_MS = 4000;
const TOUCH_MS = 60000;
const IDLE_MS = 15 * 60000;

// One store outside React, because Reflex tells of its socket outside React.
const store = { state: { status: "connecting", answer: null, queued: 0 }, listeners: new Set() };
const read = () => store.state;
const change = (news) => {
  store.state = { ...store.state, ...news };
  for (const listener of store.listeners) listener();
};
const subscribe = (listener) => {
  store.listeners.add(listener);
  return () => store.listeners.delete(listener);
};
const atStart = store.state;
export const useLink = () => useSyncExternalStore(subscribe, read, () => atStart);

if (typeof window !== "undefined") {
  window.__reflex_otel = {
    ...window.__reflex_otel,
    onSocketConnect: () => change({ status: "online", queued: 0 }),
    onSocketDisconnect: (reason) => change({ status: "lost", reason }),
  };
  window.addEventListener("offline", () => change({ status: "lost", reason: "offline" }));
  document.addEventListener("tht:save", ({ detail }) => {
    const queued = detail.state === "saving" && store.state.status === "lost" ? store.state.queued + 1 : store.state.queued;
    change({ answer: { ...detail, at: detail.at ?? new Date() }, queued });
  });
}

// For widgets that would otherwise promise what cannot reach the server now.
export const connected = () => store.state.status === "online";

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const clock = (at, zone) => new Intl.DateTimeFormat("en-GB", { ...CLOCK, timeZone: zone || undefined }).format(new Date(at)).replaceAll(":", ".");

const saveWords = ({ answer, status, queued }, words, zone) => {
  if (status === "lost" && queued > 0) return fill(words.waiting, { count: queued });
  if (answer?.state === "saved") return fill(words.saved, { time: clock(answer.at, zone) });
  return answer ? (words[answer.state] ?? "") : "";
};

export function ConnectionState({ words, looks, icons, zone }) {
  const link = useLink();
  const shown = link.status === "lost" ? "lost" : link.status;
  return createElement(
    "div",
    { className: looks.row, "data-testid": "shell-connection", "data-status": shown },
    createElement("span", { "aria-live": "polite", className: looks.save }, saveWords(link, words, zone)),
    createElement("span", { className: `${looks.state} ${looks[shown]}`, title: words[shown] }, icons[shown], createElement("span", { className: looks.word }, words[shown])),
  );
}

// A television in the waiting room has its own way back in and tells people itself that it is cut off.
const onWall = () => /^\/display\/?$/.test(location.pathname);

const askSession = async () => {
  try {
    const answer = await fetch("/session", { cache: "no-store", headers: { accept: "application/json" } });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return { status: 0, body: {} };
  }
};

function useSession(link, connectErrors, reconnect) {
  const [locked, setLocked] = useState(false);
  const look = async () => {
    const { status, body } = await askSession();
    if (status === 401 && !body.locked) location.assign(onWall() ? "/display/again" : `/signin?next=${encodeURIComponent(location.pathname)}`);
    else if (status === 401) setLocked(true);
    else if (status === 200 && store.state.status === "lost") reconnect();
  };
  useEffect(() => {
    if (connectErrors.length > 0 || link.reason === "io server disconnect" || link.reason === "transport close") look();
  }, [connectErrors.length > 0, connectErrors.length % 5, link.reason, link.status]);
  useEffect(() => {
    let touched = Date.now();
    let told = Date.now();
    let timer = null;
    const idle = () => {
      const rest = IDLE_MS - (Date.now() - touched);
      timer = setTimeout(idle, rest > 0 ? rest + 1000 : IDLE_MS);
      if (rest <= 0) look();
    };
    const active = () => {
      touched = Date.now();
      if (touched - told < TOUCH_MS) return;
      told = touched;
      fetch("/session/active", { method: "POST", keepalive: true }).catch(() => {});
    };
    const returned = () => {
      if (document.visibilityState === "visible" && Date.now() - touched > TOUCH_MS) look();
    };
    timer = setTimeout(idle, IDLE_MS + 1000);
    document.addEventListener("keydown", active, { passive: true });
    document.addEventListener("pointerdown", active, { passive: true });
    document.addEventListener("visibilitychange", returned);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("keydown", active);
      document.removeEventListener("pointerdown", active);
      document.removeEventListener("visibilitychange", returned);
    };
  }, []);
  return [locked, () => setLocked(false)];
}

function Lock({ name, words, looks, icon, onUnlocked }) {
  const box = useRef(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!box.current.open) box.current.showModal();
  }, []);
  const unlock = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    let status = 0;
    try {
      const body = JSON.stringify({ password: new FormData(form).get("password") });
      const answer = await fetch("/session/unlock", { method: "POST", headers: { "content-type": "application/json" }, body });
      status = answer.status;
    } catch {
      status = 0;
    }
    setBusy(false);
    if (status === 204) return onUnlocked();
    if (status === 410) return location.assign("/signin");
    form.reset();
    form.password.focus();
    return setProblem({ 401: words.wrong, 429: words.slow }[status] ?? words.unreachable);
  };
  const input = createElement("input", {
    id: "shell-lock-password",
    name: "password",
    type: "password",
    autoComplete: "current-password",
    autoFocus: true,
    required: true,
    className: looks.input,
    "aria-describedby": "shell-lock-problem",
    "data-testid": "shell-lock-password",
  });
  return createElement(
    "dialog",
    { ref: box, className: looks.lock, "aria-labelledby": "shell-lock-title", onCancel: (event) => event.preventDefault(), "data-testid": "shell-lock" },
    createElement(
      "form",
      { onSubmit: unlock, className: looks.card },
      createElement("h2", { id: "shell-lock-title", className: looks.title }, icon, words.title),
      createElement("p", { className: looks.text }, fill(words.body, { name })),
      createElement("label", { htmlFor: "shell-lock-password", className: looks.label }, words.password, input),
      createElement("p", { id: "shell-lock-problem", role: "alert", className: looks.problem }, problem),
      createElement(
        "div",
        { className: looks.actions },
        createElement("a", { href: "/signin", className: looks.other, "data-testid": "shell-lock-other" }, words.other),
        createElement("button", { type: "submit", disabled: busy, className: looks.unlock, "data-testid": "shell-lock-unlock" }, words.unlock),
      ),
    ),
  );
}

export function ConnectionWatch({ name, words, looks, icons }) {
  const [addEvents, errors] = useContext(EventLoopContext);
  const connectErrors = errors ?? [];
  const link = useLink();
  const [banner, setBanner] = useState("none");
  const [locked, release] = useSession(link, connectErrors, () => addEvents([], [], {}));
  const lost = connectErrors.length > 0 || link.status === "lost";
  useEffect(() => {
    if (connectErrors.length > 0 && link.status !== "lost") change({ status: "lost", reason: "connect" });
  }, [connectErrors]);
  useEffect(() => {
    const back = () => addEvents([], [], {});
    window.addEventListener("online", back);
    return () => window.removeEventListener("online", back);
  }, []);
  useEffect(() => {
    if (!lost && banner !== "lost") return undefined;
    const next = lost ? "lost" : "again";
    const timer = setTimeout(() => setBanner(next), lost ? PATIENCE_MS : 0);
    return () => clearTimeout(timer);
  }, [lost, banner]);
  useEffect(() => {
    if (banner !== "again") return undefined;
    const timer = setTimeout(() => setBanner("none"), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [banner]);
  const unlocked = () => {
    release();
    addEvents([], [], {});
  };
  const strip =
    banner === "none" || locked || onWall()
      ? null
      : createElement("div", { className: `${looks.banner} ${looks[`banner_${banner}`]}`, "data-testid": `shell-connection-${banner}` }, icons[banner], words[banner]);
  return createElement(
    "div",
    null,
    createElement("div", { role: "status", className: looks.place }, strip),
    locked ? createElement(Lock, { name, words, looks, icon: icons.lock, onUnlocked: unlocked }) : null,
  );
}
