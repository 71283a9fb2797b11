// The last requests, each with what was found about its signature.

import { element, facts, show } from "./dom.js";

const LABELS = {
  body_digest: "Body, SHA-256",
  body_length: "Body, bytes",
  digest: "Text to sign, SHA-256",
  digest_signed: "Text that was signed, SHA-256",
  key_fingerprint: "Public key, SHA-256",
  method: "Method",
  stamp: "Stamp",
  url: "URL",
  valid: "Signature right",
};
const SHOWN_ELSEWHERE = new Set(
  ["number", "time", "method", "operation", "status", "verified", "reason", "explanation", "example",
    "inherited_from"]);

// Not parsed as a URL: a client may send any Host, one that is none included.
const ORIGIN = /^[a-z]+:\/\/[^/?]*/;

const place = (id) => document.getElementById(id);

/** @returns {function(Object[])} Shows requests, newest first. */
export function requests() {
  let last = [];
  const only = place("rejected-only");
  const refresh = () => {
    const chosen = only.checked ? last.filter((request) => request.verified === false) : last;
    place("no-requests").hidden = chosen.length > 0;
    show(place("requests"), chosen, (request) => String(request.number), row);
  };
  only.addEventListener("change", refresh);
  return (items) => {
    last = items;
    refresh();
  };
}

function row(request) {
  const when = new Date(request.time * 1000);
  const [kind, verdict] = verdictOf(request);
  return element(
    "li",
    {},
    element(
      "details",
      {},
      element(
        "summary",
        {},
        element(`span.status.${statusKind(request.status)}`, {}, String(request.status)),
        element("span.method", {}, request.method),
        element("span.what", {},
          element("span.operation", {}, request.operation ?? "unknown path"),
          element("span.path", {}, request.url.replace(ORIGIN, "")),
          why(request)),
        element(`span.verdict.${kind}`, {}, verdict),
        element("time", { dateTime: when.toISOString() }, when.toLocaleTimeString([], { hourCycle: "h23" })),
      ),
      details(request),
    ),
  );
}

/** What has to differ for a rejected request to pass, or why it failed; null for one that did not. */
function why({ explanation, reason }) {
  if (explanation?.would_verify) return element("span.why", {}, `would verify with ${explanation.would_verify}`);
  return reason ? element("span.why", {}, reason) : null;
}

function statusKind(status) {
  return status < 400 ? "good" : status < 500 ? "wrong" : "broken";
}

function verdictOf(request) {
  if (request.verified === true) return ["verified", "✓ verified"];
  if (request.verified === false) return ["rejected", "✕ rejected"];
  return ["unchecked", "– not checked"];
}

function details(request) {
  return element(
    "div.details",
    {},
    request.reason ? element("p.reason", {}, request.reason) : null,
    wouldVerify(request.explanation),
    request.example ? element("p.hint", {}, "The response is an example of the description, not the result of anything.") : null,
    request.inherited_from ? element("p.hint", {}, `Handler: inherited from ${request.inherited_from}.`) : null,
    request.explanation ? explanation(request.explanation) : null,
    facts(Object.entries(request)
      .filter(([name]) => !SHOWN_ELSEWHERE.has(name) && !(request.explanation && name in request.explanation))
      .map(([name, value]) => [label(name), value === null ? null : element("code", {}, words(value))])),
  );
}

function wouldVerify(found) {
  if (found?.valid !== false) return null;
  return element("p.would", {}, ...(found.would_verify
    ? [element("strong", {}, "Would verify with "), found.would_verify]
    : ["Nothing that was tried would verify: is it the right key, and exactly this URL and body?"]));
}

function explanation(found) {
  const rows = Object.entries(found).filter(([name, value]) => value !== null && name !== "would_verify");
  return element(
    "div.explanation",
    {},
    element("h3", {}, "What the emulator computed"),
    facts(rows.map(([name, value]) => [label(name), element("code", {}, words(value))])),
  );
}

// Whatever the emulator tells is shown, by its own name if it has no better one here.
function label(name) {
  return LABELS[name] ?? name.replaceAll("_", " ");
}

function words(value) {
  if (value === "") return "none";
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}
