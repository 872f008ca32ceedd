/**
 * Reloads a page whose parts are not on the server any more. Invariant: it does so once a minute at most, so a server
 * that lacks them for good does not make the page reload for ever.
 */
const key = 'parlance.reloaded-at';
const pauseMs = 60_000;

export const reloadOnce = (): void => {
  try {
    const last = Number(sessionStorage.getItem(key) ?? 0);
    if (Date.now() - last < pauseMs) return;
    sessionStorage.setItem(key, String(Date.now()));
  } catch {
    // Without a place to remember that it has reloaded, it must not.
    return;
  }
  location.reload();
};

/** Vite reports here that a part could not be loaded. */
export const reloadOnMissingParts = (): void => {
  addEventListener('vite:preloadError', (event) => {
    event.preventDefault();
    reloadOnce();
  });
};
