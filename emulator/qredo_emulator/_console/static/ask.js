// Talks to the emulator.

/**
 * Sends a request to the console's own endpoints.
 * @returns {Promise<Object>} The JSON of the response.
 * @throws {Error} What the emulator says is wrong, in words.
 */
export async function ask(method, path, body, contentType = "application/json") {
  const headers = body === undefined ? {} : { "content-type": contentType };
  let response;
  try {
    response = await fetch(`/-/console/${path}`, { method, headers, body });
  } catch {
    throw new Error("The emulator does not respond: is it still running?");
  }
  const value = await response.json().catch(() => null);
  if (!response.ok) throw new Error(value?.error ?? `The emulator responded with ${response.status}.`);
  return value;
}

/**
 * Gives the state to a function now, then each second while the page is visible, whenever it changed.
 * @param {function(Object)} changed
 * @param {function(boolean)} connected  Told after each try whether the emulator responded.
 * @returns {function()} Asks at once.
 */
export function follow(changed, connected) {
  let tag = "";
  let timer;
  let busy = false;
  async function look() {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    const response = await fetch("/-/console/state", { headers: tag ? { "if-none-match": tag } : {} }).catch(() => null);
    const news = response?.status === 200 ? await response.json().catch(() => null) : null;
    busy = false;
    timer = setTimeout(() => document.visibilityState === "visible" && look(), 1000);
    connected(news !== null || response?.status === 304);
    if (news !== null) {
      tag = response.headers.get("etag") ?? "";
      changed(news);
    }
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  look();
  return look;
}
