// Short answers to what somebody just did. They wait while the pointer or the focus is on them; danger stays.
import { createElement, useEffect, useRef, useState } from "react";
import { useLang } from "$/public/external/tht_app/i18n/words/i18n.js";

const STAY_MS = 9000;

function Toast({ notice, onDismiss, onUndo, words, looks, icons }) {
  const lang = useLang();
  const [held, setHeld] = useState(false);
  const left = useRef(STAY_MS);
  useEffect(() => {
    if (held || notice.kind === "danger") return undefined;
    const began = Date.now();
    const timer = setTimeout(() => onDismiss(notice.id), left.current);
    return () => {
      left.current = Math.max(1500, left.current - (Date.now() - began));
      clearTimeout(timer);
    };
  }, [held, notice.id, notice.kind]);
  const hold = () => setHeld(true);
  const release = () => setHeld(false);
  return createElement(
    "li",
    {
      className: `${looks.item} ${looks[notice.kind] ?? looks.info}`,
      "data-testid": `ui-toast-${notice.kind}`,
      role: notice.kind === "danger" ? "alert" : undefined,
      onPointerEnter: hold,
      onPointerLeave: release,
      onFocus: hold,
      onBlur: release,
    },
    icons[notice.kind] ?? icons.info,
    createElement("p", { className: "flex-1 py-2" }, lang === "en" ? notice.text_en : notice.text_id),
    notice.href
      ? createElement(
          "a",
          { href: notice.href, target: "_blank", rel: "noopener", className: looks.link, "data-testid": "ui-toast-link" },
          lang === "en" ? notice.link_en : notice.link_id,
        )
      : null,
    notice.can_undo
      ? createElement(
          "button",
          { type: "button", className: looks.undo, "data-testid": "ui-toast-undo", onClick: () => onUndo(notice.id) },
          words.undo,
        )
      : null,
    createElement(
      "button",
      {
        type: "button",
        className: looks.close,
        "aria-label": words.close,
        title: words.close,
        "data-testid": "ui-toast-close",
        onClick: () => onDismiss(notice.id),
      },
      icons.close,
    ),
  );
}

export function Toasts({ notices, answers, onDismiss, onUndo, words, looks, icons }) {
  const region = useRef(null);
  const list = notices ?? [];
  useEffect(() => {
    const element = region.current;
    if (!element?.showPopover) return;
    if (element.matches(":popover-open")) element.hidePopover();
    if (list.length > 0) element.showPopover();
  }, [notices]);
  // After this commit, so that a form first sees its new epoch or its errors.
  useEffect(() => {
    const timer = setTimeout(() => document.dispatchEvent(new CustomEvent("tht:answered")));
    return () => clearTimeout(timer);
  }, [answers]);
  return createElement(
    "section",
    { ref: region, popover: "manual", "aria-label": words.region, className: looks.region },
    createElement(
      "ul",
      { "aria-live": "polite", className: looks.list },
      list.map((notice) =>
        createElement(Toast, { key: notice.id, notice, onDismiss, onUndo, words, looks, icons }),
      ),
    ),
  );
}
