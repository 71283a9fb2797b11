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
  if (typeof request.body === "string") request.body = asSent(request.body);
  try {
    const { headers } = await ask("POST", "sign", JSON.stringify({
      method: request.method.toUpperCase(), url: request.url, body: request.body ?? "",
    }));
    Object.assign(request.headers, headers);
    tellAccount((await ask("GET", "state")).keys);
  } catch (problem) {
    // Shown as what came of the request: Swagger UI breaks down when this function itself fails.
    request.userFetch = () => Promise.reject(problem);
  }
  return request;
}

/** Names the API keys of this page; they are made when they are first needed. */
function tellAccount(keys) {
  const own = keys.filter((key) => key.console).map((key) => element("code", {}, key.id));
  const parts = own.flatMap((id, at) => [at ? ", " : "", id]);
  document.getElementById("account").replaceChildren(...(own.length ? [" (", ...parts, ")"] : []));
}

function asSent(text) {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

// There is nothing to fill in: the emulator signs.
const nobodyAsksForKeys = () => ({
  wrapComponents: { authorizeBtn: () => () => null, authorizeOperationBtn: () => () => null },
});

SwaggerUIBundle({
  url: "openapi.json",
  domNode: document.getElementById("swagger-ui"),
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [nobodyAsksForKeys],
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
