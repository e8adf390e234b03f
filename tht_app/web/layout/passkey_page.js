// The button of a plain page that asks for a passkey, or makes one. Without this script the page works by password.
import { askPasskey, canPasskeys, makePasskey, post } from "/passkey.js";

const part = document.querySelector("[data-passkey]");

const show = (words) => {
  const place = part.querySelector("[role=alert]");
  place.textContent = words;
  place.hidden = !words;
};

const run = async () => {
  const { passkey, options, answer, next } = part.dataset;
  show("");
  const asked = await post(options, {});
  if (asked.status !== 200) return show(asked.body.title ?? part.dataset.unreachable);
  let text = "";
  try {
    text = passkey === "make" ? await makePasskey(asked.body) : await askPasskey(asked.body);
  } catch {
    return show(part.dataset.cancelled);
  }
  const told = await post(answer, { passkey: text });
  if (told.status >= 200 && told.status < 300) return location.assign(next);
  return show(told.body.title ?? part.dataset.unreachable);
};

if (part) {
  const usable = canPasskeys() && location.hostname === part.dataset.host;
  part.querySelector("[data-usable]").hidden = !usable;
  part.querySelector("[data-unusable]")?.toggleAttribute("hidden", usable);
  part.querySelector("button").addEventListener("click", run);
}
