/** What this browser's tabs tell each other of the calls they are in; nothing leaves the browser. */

interface Message {
  readonly kind: 'asked' | 'here' | 'gone';
  readonly room: string;
}

/** Lets other tabs know that this one is in a call, until the answer is called. */
export function tellOtherTabs(room: string): () => void {
  const tabs = openChannel((message) => {
    if (message.kind === 'asked' && message.room === room) tabs?.postMessage(here);
  });
  const here: Message = { kind: 'here', room };
  const gone: Message = { kind: 'gone', room };
  const leave = () => tabs?.postMessage(gone);
  tabs?.postMessage(here);
  addEventListener('pagehide', leave);
  return () => {
    removeEventListener('pagehide', leave);
    leave();
    tabs?.close();
  };
}

/** Hears whether another tab is in a call, until the answer is called. */
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

/** The channel between this browser's tabs; null where browsers have none. */
function openChannel(hear: (message: Message) => void): BroadcastChannel | null {
  if (typeof BroadcastChannel === 'undefined') return null;
  const channel = new BroadcastChannel('calls');
  channel.onmessage = ({ data }: MessageEvent<Message>) => hear(data);
  return channel;
}
