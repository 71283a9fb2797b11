// Swagger UI whose requests are signed by the emulator: no key ever comes to this page.

import { ask } from "./ask.js";
import { element } from "./dom.js";

const chosen = decodeURIComponent(location.pathname.split("/").at(-2));

/**
 * Puts the headers of a signed request on what Swagger UI is about to send.
 * URL and body are written the way the browser sends them before they are signed: what is signed is what is sent.
 */
async function sign(request) {
  if (request.loadSpec) return request;
  const url = new URL(request.url, location.href);
  url.hash = "";
  request.url = url.href;
  try {
    const body = await written(request.body);
    const query = new URLSearchParams({ method: request.method.toUpperCase(), url: request.url });
    const { headers } = await ask("POST", `sign?${query}`, body.bytes, "application/octet-stream");
    Object.assign(request.headers, headers);
    if (typeof request.body === "string") request.body = new TextDecoder("utf-8", { ignoreBOM: true }).decode(body.bytes);
    if (body.bytes.length) request.userFetch = (target, options) => send(target, options, body);
    tellAccount((await ask("GET", "state")).keys);
  } catch (problem) {
    // Shown as what came of the request: Swagger UI breaks down when this function itself fails.
    request.userFetch = () => Promise.reject(problem);
  }
  return request;
}

/** The bytes of a body, and its Content-Type if it is a form with files: each time that one is written it is another. */
async function written(body) {
  const whole = new Response(body ?? null);
  const media = body instanceof FormData ? whole.headers.get("content-type") : null;
  return { bytes: new Uint8Array(await whole.arrayBuffer()), media };
}

function send(target, options, { bytes, media }) {
  const headers = new Headers(options.headers);
  if (media) headers.set("content-type", media);
  return fetch(target, { ...options, headers, body: bytes });
}

/** Names the API keys of this page; they are made when they are first needed. */
function tellAccount(keys) {
  const own = keys.filter((key) => key.console).map((key) => element("code", {}, key.id));
  const parts = own.flatMap((id, at) => [at ? ", " : "", id]);
  document.getElementById("account").replaceChildren(...(own.length ? [" (", ...parts, ")"] : []));
}

// There is nothing to fill in: the emulator signs.
const withoutAuthorizeButtons = () => ({
  wrapComponents: { authorizeBtn: () => () => null, authorizeOperationBtn: () => () => null },
});

SwaggerUIBundle({
  url: "openapi.json",
  domNode: document.getElementById("swagger-ui"),
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [withoutAuthorizeButtons],
  layout: "BaseLayout",
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  requestInterceptor: sign,
  validatorUrl: null,
});

ask("GET", "state").then(({ apis, keys }) => {
  tellAccount(keys);
  document.getElementById("apis").append(...apis.map(({ package: name }) =>
    element("a", { href: `/-/docs/${name}/`, ...(name === chosen ? { "aria-current": "page" } : {}) }, name)));
});
document.title = `${chosen} · Qredo emulator`;
