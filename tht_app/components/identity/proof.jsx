// Who sits there? Asked before a deed that weighs much. What is typed goes over plain HTTP and into no State; the screen
// below, and a form that waits for its answer, stay as they are.
import { createElement, useEffect, useRef, useState } from "react";
import { askPasskey, canPasskeys, post } from "$/public/external/tht_app/components/identity/proof/passkey.js";

function Question({ kind, lead, words, looks, icon, keyIcon: key, onProved, onCancel }) {
  const box = useRef(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [options, setOptions] = useState(null);
  const question = async () => {
    const asked = canPasskeys() ? await post("/session/passkey/options", {}) : { status: 404 };
    setOptions(asked.status === 200 ? asked.body : null);
    return asked;
  };
  useEffect(() => {
    question();
  }, []);
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
    const { status, body } = await post("/session/confirm", { kind, proof: new FormData(form).get("proof") });
    setBusy(false);
    if (status === 204) return onProved();
    form.reset();
    form.elements.proof.focus();
    return setProblem(status === 0 ? words.unreachable : body.title);
  };
  const touch = async () => {
    setProblem("");
    let passkey = "";
    try {
      passkey = await askPasskey(options);
    } catch {
      return setProblem(words.cancelled);
    }
    const { status, body } = await post("/session/confirm", { kind, passkey });
    if (status === 204) return onProved();
    await question();
    return setProblem(status === 0 ? words.unreachable : body.title);
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
        options
          ? createElement("button", { type: "button", onClick: touch, className: looks.passkey, "data-testid": "identity-proof-passkey" }, key, words.passkey)
          : null,
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

// Sign what is shown by touching the device: the record's hash is the question, and the answer goes with the form's event.
export function SignByPasskey({ hash, words, looks, icon, onAnswer }) {
  const [options, setOptions] = useState(null);
  const [problem, setProblem] = useState("");
  const ask = async () => {
    const asked = hash && canPasskeys() ? await post("/session/passkey/options", { hash }) : { status: 404 };
    setOptions(asked.status === 200 ? asked.body : null);
  };
  useEffect(() => {
    ask();
  }, [hash]);
  if (!options) return null;
  const sign = async () => {
    setProblem("");
    try {
      onAnswer({ passkey: await askPasskey(options), _key: crypto.randomUUID() });
    } catch {
      setProblem(words.cancelled);
    }
    await ask();
  };
  return createElement(
    "div",
    { className: looks.row },
    createElement("button", { type: "button", onClick: sign, className: looks.button, "data-testid": "identity-sign-passkey" }, icon, words.sign),
    createElement("p", { role: "alert", className: looks.problem }, problem),
  );
}
