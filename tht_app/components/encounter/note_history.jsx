// Who wrote what when: the versions of a note, and what each of them changed, word by word.
import { createElement as h, useEffect, useRef, useState } from "react";
import { fill } from "./note_state.js";

const MARKS = { "+": "ins", "-": "del", " ": "span" };

async function ask(path) {
  try {
    const answer = await fetch(path, { cache: "no-store", headers: { accept: "application/json" } });
    const body = await answer.json();
    return answer.ok ? body : { problem: body.title };
  } catch {
    return { problem: null };
  }
}

const keyOf = ({ section, version }) => `${section}/${version}`;

export function History({ encounter, labels, words, looks, icons, onClose }) {
  const box = useRef(null);
  const [versions, setVersions] = useState(null);
  const [chosen, setChosen] = useState(null);
  const [pieces, setPieces] = useState(null);
  const [problem, setProblem] = useState("");
  const address = `/notes/${encounter}/versions`;
  const said = (answer) => setProblem(answer.problem === undefined ? "" : answer.problem || words.unreachable);
  useEffect(() => {
    box.current.showModal();
    ask(address).then((answer) => {
      said(answer);
      setVersions(answer.versions ?? []);
      if (answer.versions?.length) choose(answer.versions[0]);
    });
  }, []);
  const choose = async (version) => {
    setChosen(version);
    setPieces(null);
    const answer = await ask(`${address}/${keyOf(version)}`);
    said(answer);
    setPieces(answer.pieces ?? []);
  };
  const line = (version) =>
    h("li", { key: keyOf(version) },
      h("button", {
        type: "button", className: looks.version, onClick: () => choose(version),
        "aria-pressed": chosen !== null && keyOf(chosen) === keyOf(version), "data-testid": "encounter-note-version",
      },
        h("span", { className: looks.versionLabel }, `${labels[version.section]} · ${fill(words.version, { number: version.version })}`),
        h("span", { className: looks.versionBy }, `${version.author} · ${version.day} ${version.clock}`),
        version.copied.length > 0 && h("span", { className: looks.versionCopied, "data-testid": "encounter-note-version-copied" }, fill(words.copiedFrom, { days: version.copied.join(", ") }))));
  return h(
    "dialog",
    { ref: box, className: looks.dialog, onClose, "aria-labelledby": "encounter-note-history-title", "data-testid": "encounter-note-history-dialog" },
    h("div", { className: looks.dialogHead },
      h("h2", { id: "encounter-note-history-title", className: looks.dialogTitle }, words.history),
      h("button", { type: "button", className: looks.tool, "aria-label": words.close, onClick: () => box.current.close(), "data-testid": "encounter-note-history-close" }, icons.close)),
    problem && h("p", { role: "alert", className: looks.warn }, problem),
    versions?.length === 0 && !problem && h("p", { className: looks.why }, words.noVersions),
    h("div", { className: looks.columns },
      h("ul", { className: looks.versions }, (versions ?? []).map(line)),
      h("div", { className: looks.changes, tabIndex: 0, "aria-live": "polite", "data-testid": "encounter-note-changes" },
        (pieces ?? []).map(([mark, text], place) => h(MARKS[mark], { key: place, className: mark === " " ? undefined : `note-${MARKS[mark]}` }, text)))),
  );
}
