/** The whole screen for the call, where the browser can give it. */

export function offersFullScreen(): boolean {
  return document.fullscreenEnabled === true;
}

/** Takes it, or gives it back. A browser that refuses just now changes nothing. */
export function toggleFullScreen(): void {
  if (document.fullscreenElement) leaveFullScreen();
  else if (offersFullScreen()) document.documentElement.requestFullscreen().catch(() => undefined);
}

export function leaveFullScreen(): void {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
}
