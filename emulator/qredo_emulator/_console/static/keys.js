// API keys: made, shown once, given their public key.

import { ask } from "./ask.js";
import { element, facts, show, tell } from "./dom.js";

const STATES = {
  waiting: ["○", "No public key"],
  registered: ["○", "Not used yet"],
  live: ["●", "LIVE"],
};
const PRIVATE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/;
const NOT_THE_PRIVATE_ONE =
  "That is a private key. It was not sent, and it never has to leave your machine: choose public.pem instead.";

let newest = null;

const place = (id) => document.getElementById(id);

/**
 * Makes the buttons work.
 * @param {function()} look  Asks for the state at once.
 * @returns {function(Object[])} Shows the keys.
 */
export function keys(look) {
  const panel = place("new-key");
  const text = place("api-key");
  place("generate").addEventListener("click", async () => {
    tell(place("keys-problem"), null);
    try {
      const made = await ask("POST", "keys");
      newest = made.id;
      text.value = made.api_key;
    } catch (error) {
      tell(place("keys-problem"), error.message);
      return;
    }
    place("copied").textContent = "";
    panel.hidden = false;
    panel.focus();
    look();
  });
  place("copy").addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      place("copied").textContent = "Copied.";
    } catch {
      place("copied").textContent = "Not allowed to copy: the key is selected, copy it yourself.";
    }
  });
  place("download").addEventListener("click", () => download("apikey", `${text.value}\n`));
  place("done").addEventListener("click", () => {
    text.value = "";
    panel.hidden = true;
    place("generate").focus();
  });
  // A browser may bring form fields back after a reload; this one it must not.
  addEventListener("pagehide", () => { text.value = ""; panel.hidden = true; });
  return (items) => show(place("keys"), items, (key) => key.id, (key) => card(key, look));
}

function card(key, look) {
  const [mark, words] = STATES[key.state];
  return element(
    "li.key",
    {},
    element(
      "div.line",
      {},
      element("code.id", { title: "The id of the key; its secret part is not shown" }, key.id),
      key.console ? element("span.tag", {}, "console") : null,
      element(`span.mark.${key.state}`, {}, element("span", { "aria-hidden": "true" }, mark), ` ${words}`),
    ),
    key.console ? element("p.hint", {}, "Made by the emulator for “Try it out” in the API pages.") : null,
    key.state === "waiting"
      ? element("details", { open: key.id === newest }, element("summary", {}, "Give it its public key"), upload(key, look))
      : about(key),
  );
}

function about(key) {
  if (!key.public_key) return facts([["Signs by", "HMAC (Qredo API v1)"]]);
  const { bits, fingerprint } = key.public_key;
  const text = element("code", { title: `sha256:${fingerprint}` }, `${fingerprint.slice(0, 16)}…`);
  return facts([["Public key", element("span", {}, `RSA ${bits}, sha256 `, text)]]);
}

function upload(key, look) {
  const id = `pem-${key.id}`;
  const problem = element("p.problem", { role: "alert", hidden: true });
  const area = element("textarea.mono", {
    id, rows: 4, spellcheck: false, placeholder: "-----BEGIN PUBLIC KEY-----", "aria-describedby": `${id}-hint`,
  });
  const file = element("input", { type: "file", id: `${id}-file`, accept: ".pem,.pub,.txt" });
  const form = element(
    "form",
    {},
    element("label", { htmlFor: file.id }, "Public key file"),
    file,
    element("label", { htmlFor: id }, "or paste public.pem"),
    area,
    element("p.hint", { id: `${id}-hint` }, "RSA, 2048 bits or more, in PEM form: ",
      element("code", {}, "openssl rsa -in private.pem -pubout -out public.pem")),
    problem,
    element("button", { type: "submit" }, "Register public key"),
  );
  async function send(text) {
    tell(problem, null);
    if (PRIVATE.test(text)) {
      tell(problem, NOT_THE_PRIVATE_ONE);
      form.reset();
      return;
    }
    try {
      await ask("PUT", `keys/${encodeURIComponent(key.id)}/public-key`, text, "application/x-pem-file");
    } catch (error) {
      tell(problem, error.message);
      return;
    }
    look();
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(area.value);
  });
  file.addEventListener("change", async () => {
    if (file.files.length) await send(await file.files[0].text());
  });
  return form;
}

function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = element("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
