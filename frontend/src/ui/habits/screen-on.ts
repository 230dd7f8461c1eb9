/** Keeps a phone's screen on: who talks does not touch it, and a dark phone stops its camera. */

/** From now until the function returned is called, while the page is in view and the browser grants it. */
export function keepScreenOn(): () => void {
  let over = false;
  let lock: WakeLockSentinel | null = null;
  const ask = async () => {
    if (document.hidden) return;
    try {
      // A browser that has none throws, too.
      const granted = await navigator.wakeLock.request('screen');
      if (over) await granted.release();
      else lock = granted;
    } catch {
      // A phone that saves its battery refuses: its screen darkens as its person wishes.
    }
  };
  document.addEventListener('visibilitychange', ask); // the lock went with the page from view
  void ask();
  return () => {
    over = true;
    document.removeEventListener('visibilitychange', ask);
    lock?.release().catch(() => undefined);
  };
}
