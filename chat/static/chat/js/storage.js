// What the browser keeps for this site, and for this tab. It may forbid that or have no room left: then what was to
// be kept lives as long as the page, and what was kept before is taken away, since none is better than an old one.

class BrowserStorage {
  #area = null;
  #unkept = new Map();

  constructor(name) {
    try {
      this.#area = globalThis[name]; // where all cookies are blocked, a look at it is an error
    } catch {
      // All of it is #unkept.
    }
  }

  /** Null where there is none. */
  get(key) {
    return this.#unkept.get(key) ?? this.#area?.getItem(key) ?? null;
  }

  set(key, value) {
    try {
      this.#area.setItem(key, value);
      this.#unkept.delete(key);
    } catch {
      this.#area?.removeItem(key);
      this.#unkept.set(key, value);
    }
  }

  remove(key) {
    this.#unkept.delete(key);
    this.#area?.removeItem(key);
  }

  keys() {
    return [...new Set([...Object.keys(this.#area ?? {}), ...this.#unkept.keys()])];
  }
}

export const ofSite = new BrowserStorage("localStorage");
export const ofTab = new BrowserStorage("sessionStorage");
