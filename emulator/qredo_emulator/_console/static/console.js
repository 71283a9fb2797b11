// The page: asks for the state and shows it.

import { follow } from "./ask.js";
import { element, show } from "./dom.js";
import { keys } from "./keys.js";
import { requests } from "./requests.js";
import { state } from "./state.js";

const place = (id) => document.getElementById(id);

const showKeys = keys(() => look());
const showRequests = requests();

const look = follow(
  (news) => {
    showKeys(news.keys);
    showRequests(news.requests);
    state(news.overview);
    show(place("apis"), news.apis, (api) => api.package, card);
  },
  (responded) => {
    const text = responded ? "Connected" : "The emulator does not respond. Is it still running?";
    if (place("connection").textContent !== text) place("connection").textContent = text;
    place("connection").classList.toggle("lost", !responded);
  },
);

function card(api) {
  return element(
    "li.api",
    {},
    element("div.line", {}, element("strong", {}, api.package), element("span.tag", {}, api.version)),
    element("p.hint", {}, `${api.operations} operations`),
    element("ul.urls", {}, ...api.base_paths.map((path) => element("li", {}, element("code", {}, location.origin + path)))),
    element("a.button", { href: `/-/docs/${api.package}/` }, `Read and try ${api.package}`),
  );
}
