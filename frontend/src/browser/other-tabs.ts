/** Messages between this browser's tabs about their calls; they stay in the browser. */

interface Message {
  readonly kind: 'asked' | 'here' | 'gone';
  readonly room: string;
}

/** Tells other tabs that this one is in a call, until the returned function is called. */
export function tellOtherTabs(room: string): () => void {
  let left = false; // a page that closes still hears for a moment
  const tabs = openChannel((message) => {
    if (message.kind === 'asked' && message.room === room && !left) tabs?.postMessage(here);
  });
  const here: Message = { kind: 'here', room };
  const gone: Message = { kind: 'gone', room };
  const leave = () => {
    left = true;
    tabs?.postMessage(gone);
  };
  const come = () => {
    left = false;
    tabs?.postMessage(here);
  };
  come();
  addEventListener('pagehide', leave);
  addEventListener('pageshow', come);
  return () => {
    removeEventListener('pagehide', leave);
    removeEventListener('pageshow', come);
    leave();
    tabs?.close();
  };
}

/** Reports whether another tab is in a call, until the returned function is called. */
export function watchOtherTabs(room: string, hear: (elsewhere: boolean) => void): () => void {
  const asked: Message = { kind: 'asked', room };
  const tabs = openChannel((message) => {
    if (message.room !== room || message.kind === 'asked') return;
    hear(message.kind === 'here');
    if (message.kind === 'gone') tabs?.postMessage(asked); // there may be a third
  });
  tabs?.postMessage(asked);
  return () => tabs?.close();
}

/** The channel between this browser's tabs; null if there is none, or the browser forbids it with storage. */
function openChannel(hear: (message: Message) => void): BroadcastChannel | null {
  try {
    const channel = new BroadcastChannel('calls');
    channel.onmessage = ({ data }: MessageEvent<Message>) => hear(data);
    return channel;
  } catch {
    return null;
  }
}
