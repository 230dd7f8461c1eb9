/** The whole screen for the call, where the browser can give it. */

/** Whether this browser can show the page in full screen. */
export function offersFullScreen(): boolean {
  return document.fullscreenEnabled === true;
}

/** Enters or leaves full screen. If the browser refuses, nothing changes. */
export function toggleFullScreen(): void {
  if (document.fullscreenElement) leaveFullScreen();
  else if (offersFullScreen()) document.documentElement.requestFullscreen().catch(() => undefined);
}

/** Leaves full screen, if the page is in it. */
export function leaveFullScreen(): void {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
}
