// Companies and wallets at a glance.

import { element, show } from "./dom.js";

const place = (id) => document.getElementById(id);

/** Shows the newest companies. */
export function state({ companies, newest }) {
  place("no-state").hidden = companies > 0;
  place("state-count").textContent = companies > newest.length ? `the newest ${newest.length} of ${companies} companies` : "";
  show(place("state"), newest, (company) => `${company.key} ${company.id}`, card);
}

function card(company) {
  return element(
    "li.company",
    {},
    element("div.line", {}, element("strong", {}, company.name), element("code", {}, company.id)),
    element("p.hint", {}, "of the API key ", element("code", {}, company.key)),
    company.wallets.length ? table(company.wallets) : element("p.hint", {}, "No wallets."),
  );
}

function table(wallets) {
  const head = ["Fund", "Wallet", "Asset", "Balance in base units"];
  return element(
    "div.scroll",
    { tabIndex: 0, role: "region", "aria-label": "Wallets" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...wallets.map((wallet) => element("tr", {},
        element("td", {}, wallet.fund), element("td", {}, wallet.name), element("td", {}, wallet.asset),
        element("td.number", {}, grouped(wallet.balance))))),
    ),
  );
}

function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, " ");
}
