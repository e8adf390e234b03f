// Who sits there? Asked before a deed that weighs much. What is typed goes over plain HTTP and into no State; the screen
// below, and a form that waits for its answer, stay as they are.
import { createElement, useEffect, useRef, useState } from "react";

const send = async (kind, proof) => {
  try {
    const body = JSON.stringify({ kind, proof });
    const answer = await fetch("/session/confirm", { method: "POST", headers: { "content-type": "application/json" }, body });
    const said = answer.status === 204 ? {} : await answer.json();
    return { status: answer.status, title: said.title };
  } catch {
    return { status: 0 };
  }
};

function Question({ kind, lead, words, looks, icon, onProved, onCancel }) {
  const box = useRef(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!box.current.open) box.current.showModal();
    document.dispatchEvent(new CustomEvent("tht:held"));
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onCancel();
    document.dispatchEvent(new CustomEvent("tht:answered"));
  };
  const prove = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.currentTarget;
    setBusy(true);
    const { status, title } = await send(kind, new FormData(form).get("proof"));
    setBusy(false);
    if (status === 204) return onProved();
    form.reset();
    form.elements.proof.focus();
    return setProblem(status === 0 ? words.unreachable : title);
  };
  const input = createElement("input", {
    id: "identity-proof-field",
    name: "proof",
    type: "password",
    autoComplete: "current-password",
    autoFocus: true,
    required: true,
    maxLength: 128,
    className: looks.input,
    "aria-describedby": "identity-proof-problem",
    "data-testid": "identity-proof-field",
  });
  return createElement(
    "dialog",
    { ref: box, className: looks.dialog, "aria-labelledby": "identity-proof-title", onCancel: cancel, "data-testid": "identity-proof" },
    createElement(
      "form",
      { onSubmit: prove, className: looks.card },
      createElement("h2", { id: "identity-proof-title", className: looks.title }, icon, words.title),
      createElement("p", { className: looks.text }, lead),
      createElement("label", { htmlFor: "identity-proof-field", className: looks.label }, words.field, input),
      createElement("p", { id: "identity-proof-problem", role: "alert", className: looks.problem, "data-testid": "identity-proof-problem" }, problem),
      createElement(
        "div",
        { className: looks.actions },
        createElement("button", { type: "button", onClick: cancel, className: looks.cancel, "data-testid": "identity-proof-cancel" }, words.cancel),
        createElement("button", { type: "submit", disabled: busy, className: looks.submit, "data-testid": "identity-proof-submit" }, words.submit),
      ),
      createElement("p", { className: looks.hint }, words.hint),
    ),
  );
}

export function ProofDialog(properties) {
  return properties.kind ? createElement(Question, { ...properties, key: properties.kind }) : null;
}
