// Passkeys in the browser: what the server asks goes to the device, what the device answers goes back, as JSON. By hand,
// because browsers of a few years ago know passkeys but not this JSON.
const toBytes = (text) => {
  const plain = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
};

const toText = (buffer) => {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

export const canPasskeys = () => window.isSecureContext && typeof window.PublicKeyCredential === "function";

const withIds = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

const answerOf = (credential, response) =>
  JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
  });

export const makePasskey = async (options) => {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: withIds(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  return answerOf(made, {
    clientDataJSON: toText(made.response.clientDataJSON),
    attestationObject: toText(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
};

export const askPasskey = async (options, signal) => {
  const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials: withIds(options.allowCredentials) };
  const got = await navigator.credentials.get({ publicKey, signal });
  return answerOf(got, {
    clientDataJSON: toText(got.response.clientDataJSON),
    authenticatorData: toText(got.response.authenticatorData),
    signature: toText(got.response.signature),
    userHandle: got.response.userHandle ? toText(got.response.userHandle) : null,
  });
};

// Sends JSON to a plain route; `status` 0 when nobody answers.
export const post = async (address, body) => {
  try {
    const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    return { status: answer.status, body: answer.status === 204 ? {} : await answer.json() };
  } catch {
    return { status: 0, body: {} };
  }
};
