/** For `addInitScript`: the storages as in a browser that blocks all cookies and site data. */
export const BLOCKED_STORAGE = `for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, name, {
    get() {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    },
  });
}`;
