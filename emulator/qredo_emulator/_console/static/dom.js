// Elements made in script: text is only ever set as text, never parsed as HTML.

/**
 * Makes an element.
 * @param {string} name  Tag name, with classes after dots: "p.hint".
 * @param {Object} [properties]  Properties; names that hold a dash are set as attributes.
 * @param {...(Node|string|null)} children
 */
export function element(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  node.classList.add(...classes);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-")) node.setAttribute(key, value);
    else node[key] = value;
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** A definition list of [term, description] pairs; those without a description are left out. */
export function facts(pairs) {
  const list = element("dl");
  for (const [term, description] of pairs) {
    if (description === null || description === undefined || description === "") continue;
    list.append(element("dt", {}, term), element("dd", {}, description));
  }
  return list;
}

/**
 * Shows items as the children of a list. What did not change stays as it is, with its focus and what was typed.
 * @param {Element} list
 * @param {Object[]} items
 * @param {function(Object): string} nameOf  What makes an item the same item.
 * @param {function(Object): Element} make
 */
export function show(list, items, nameOf, make) {
  const old = new Map([...list.children].map((node) => [node.dataset.name, node]));
  const nodes = items.map((item) => {
    const name = nameOf(item);
    const text = JSON.stringify(item);
    const kept = old.get(name);
    if (kept && kept.itemText === text) return kept;
    const node = make(item);
    node.dataset.name = name;
    node.itemText = text;
    return node;
  });
  const stay = new Set(nodes);
  for (const node of [...list.children]) if (!stay.has(node)) node.remove();
  nodes.forEach((node, at) => {
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
  });
}

/** Shows a problem, or hides the place where one was. */
export function tell(node, problem) {
  node.textContent = problem ?? "";
  node.hidden = !problem;
}
