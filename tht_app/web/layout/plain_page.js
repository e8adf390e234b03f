// Small helps on pages outside React; each page works without them. Show what was typed as a password, say that Caps Lock
// is on, send a code of six digits as soon as it is whole.
const show = (field, words) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain-show";
  button.setAttribute("aria-pressed", "false");
  button.textContent = words.show;
  button.addEventListener("click", () => {
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.setAttribute("aria-pressed", String(hidden));
    button.textContent = hidden ? words.hide : words.show;
    field.focus();
  });
  field.after(button);
};

const watchCapsLock = (field, words) => {
  const hint = document.createElement("p");
  hint.className = "plain-hint";
  hint.setAttribute("role", "status");
  hint.hidden = true;
  hint.textContent = words.caps;
  field.parentElement.append(hint);
  const look = (event) => {
    hint.hidden = !event.getModifierState?.("CapsLock");
  };
  field.addEventListener("keydown", look);
  field.addEventListener("keyup", look);
};

// Enter after the sixth digit would send the code twice, and the second answer would hide the first.
const sendOnce = (form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
};

const sendWhenWhole = (field) => {
  sendOnce(field.form);
  field.addEventListener("input", () => {
    if (/^\d{6}$/.test(field.value.replace(/[\s-]/g, ""))) field.form.requestSubmit();
  });
};

const words = document.body.dataset;
for (const field of document.querySelectorAll("input[type=password]")) {
  show(field, words);
  watchCapsLock(field, words);
}
for (const field of document.querySelectorAll("input[autocomplete=one-time-code]")) sendWhenWhole(field);
