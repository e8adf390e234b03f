// The ticket on a phone: hears of a change, fetches the page again, lights the screen and shakes when it is called.
(() => {
  const here = location.pathname;
  let stream = null;
  let last = document.getElementById("ticket")?.dataset.mark ?? "";
  let lamp = null;

  const stayAwake = async () => {
    if (lamp || document.visibilityState !== "visible" || !navigator.wakeLock) return;
    lamp = await navigator.wakeLock.request("screen").catch(() => null);
    lamp?.addEventListener("release", () => { lamp = null; });
  };
  const shake = () => navigator.vibrate?.([600, 200, 600, 200, 900]);
  const offline = (gone) => {
    const line = document.getElementById("offline");
    if (line) line.hidden = !gone;
  };

  const show = async () => {
    const answer = await fetch(here + location.search, { cache: "no-store", headers: { accept: "text/html" } });
    if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = document.getElementById("ticket")?.dataset.state;
    document.body.className = page.body.className;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    const now = document.getElementById("ticket")?.dataset;
    last = now?.mark ?? "";
    if (now?.state === "called" && before !== "called") shake();
    if (!now || now.state === "cancelled") close();
  };

  const close = () => {
    stream?.close();
    stream = null;
  };
  const open = () => {
    close();
    stream = new EventSource(`${here}/events`);
    stream.addEventListener("open", () => offline(false));
    stream.addEventListener("state", ({ data }) => {
      if (data === last) return;
      if (data.startsWith("called-")) shake();
      show().catch(() => offline(true));
    });
    stream.addEventListener("error", () => {
      offline(true);
      // A refused stream is not tried again by the browser.
      if (stream?.readyState === EventSource.CLOSED) setTimeout(() => show().then(open, open), 15000);
    });
  };

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    stayAwake();
    show().then(() => { if (!stream && last) open(); }, () => offline(true));
  });
  document.addEventListener("pointerdown", stayAwake, { once: true });
  stayAwake();
  if (document.getElementById("ticket")?.dataset.state === "called") shake();
  open();
})();
