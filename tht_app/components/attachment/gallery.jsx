// Attached files as cards, and a look at one of them: pictures and pages as large as the screen, arrows for the next.
import { createElement as h, useEffect, useRef, useState } from "react";

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const address = (file, page) =>
  file.shape === "image" ? `/files/${file.id}` : file.shape === "pdf" ? `/files/${file.id}/pages/${page}` : `/files/${file.id}/thumbnail`;

function Side({ side, words, classes }) {
  const sides = side === "both" ? ["right", "left"] : side === "none" ? [] : [side];
  return sides.map((one) => h("span", { key: one, className: classes[one] }, words[one]));
}

function About({ file, words, classes }) {
  return [
    h("p", { key: "kind", className: classes.kind }, h("span", null, [file.kind_words, file.place].filter(Boolean).join(" · ")), " ", h(Side, { side: file.side, words, classes })),
    h("p", { key: "facts", className: classes.quiet }, file.facts),
    h("p", { key: "source", className: classes.quiet }, file.source),
    file.study && h("p", { key: "study", className: classes.quiet }, file.study),
    file.mismatch && h("p", { key: "mismatch", className: classes.warn, role: "status" }, words.mismatch),
    file.wrong && h("p", { key: "wrong", className: classes.wrong }, fill(words.wrong, { reason: file.reason })),
  ];
}

function Card({ file, words, classes, testId, onOpen, onAsk, visitLink }) {
  const [broken, setBroken] = useState(false);
  const small = file.thumbnail && !broken;
  return h(
    "li",
    { className: file.wrong ? classes.cardWrong : classes.card, "data-testid": `${testId}-item` },
    h(
      "button",
      { type: "button", className: classes.look, onClick: onOpen, "aria-label": fill(words.open, { name: file.name }), "data-testid": `${testId}-open` },
      small
        ? h("img", { src: `/files/${file.id}/thumbnail`, alt: "", loading: "lazy", className: file.shape === "pdf" ? classes.smallPage : classes.small, onError: () => setBroken(true) })
        : h("span", { className: classes.noPicture }, file.shape.toUpperCase()),
    ),
    h(
      "div",
      { className: classes.about },
      h("p", { className: classes.name }, file.name),
      h(About, { file, words, classes }),
      h(
        "div",
        { className: classes.actions },
        h("a", { href: `/files/${file.id}?download`, download: "", className: classes.link }, words.save),
        visitLink && h("a", { href: `/encounters/${file.visit}`, className: classes.link }, words.visit),
        (file.removable || file.correctable) &&
          onAsk &&
          h(
            "button",
            { type: "button", className: classes.link, onClick: () => onAsk(file.id), "data-testid": `${testId}-ask` },
            file.removable ? words.remove : words.markWrong,
          ),
      ),
    ),
  );
}

function Viewer({ files, place, move, close, words, classes, testId }) {
  const box = useRef(null);
  const [failed, setFailed] = useState("");
  const file = files[place.index];
  const pages = file.shape === "pdf" ? file.pages : 1;
  const source = address(file, place.page);
  const step = (by) => {
    const page = place.page + by;
    if (page >= 1 && page <= pages) return move({ ...place, page });
    const index = place.index + by;
    if (index < 0 || index >= files.length) return undefined;
    const last = files[index].shape === "pdf" ? files[index].pages : 1;
    return move({ index, page: by > 0 ? 1 : last });
  };
  useEffect(() => {
    box.current.showModal();
  }, []);
  const pressed = (event) => {
    if (event.key === "ArrowRight" || event.key === "PageDown") step(1);
    else if (event.key === "ArrowLeft" || event.key === "PageUp") step(-1);
    else return;
    event.preventDefault();
  };
  const first = place.index === 0 && place.page === 1;
  const last = place.index === files.length - 1 && place.page === pages;
  const arrow = (name, by, off) =>
    h("button", { type: "button", className: classes.button, onClick: () => step(by), disabled: off, "data-testid": `${testId}-${name}` }, words[name]);
  const nothing = file.shape === "dicom" && !file.thumbnail;
  return h(
    "dialog",
    { ref: box, className: classes.viewer, onClose: close, onKeyDown: pressed, "aria-label": file.name, "data-testid": `${testId}-viewer` },
    h(
      "div",
      { className: classes.viewerHead },
      h("div", { className: classes.about }, h("p", { className: classes.name }, file.name), h(About, { file, words, classes })),
      h("button", { type: "button", className: classes.button, onClick: () => box.current.close(), "data-testid": `${testId}-close` }, words.close),
    ),
    h(
      "div",
      { className: classes.stage },
      nothing || failed === source
        ? h("p", { className: classes.quiet, role: "status" }, nothing ? words.noPicture : words.unreadable)
        : h("img", { key: source, src: source, alt: fill(words.picture, { name: file.name }), className: classes.large, onError: () => setFailed(source) }),
    ),
    h(
      "div",
      { className: classes.viewerFoot },
      arrow("previous", -1, first),
      h(
        "p",
        { className: classes.quiet, role: "status" },
        fill(words.place, { number: place.index + 1, count: files.length }),
        pages > 1 ? ` · ${fill(words.page, { page: place.page, pages })}` : "",
      ),
      arrow("next", 1, last),
      h("a", { href: `/files/${file.id}?download`, download: "", className: classes.link }, words.save),
    ),
  );
}

export function Gallery({ files, kind, visitLink, words, classes, testId, onAsk }) {
  const [place, setPlace] = useState(null);
  const shown = kind ? files.filter((file) => file.kind === kind) : files;
  const open = place !== null && place.index < shown.length;
  if (shown.length === 0) return h("p", { className: classes.quiet, "data-testid": `${testId}-none` }, words.none);
  return h(
    "div",
    null,
    h(
      "ul",
      { className: classes.grid, "data-testid": testId },
      shown.map((file, index) =>
        h(Card, { key: file.id, file, words, classes, testId, onAsk, visitLink, onOpen: () => setPlace({ index, page: 1 }) }),
      ),
    ),
    open && h(Viewer, { files: shown, place, move: setPlace, close: () => setPlace(null), words, classes, testId }),
  );
}
