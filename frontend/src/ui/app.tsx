import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../api.ts';
import type { LocalMedia } from '../local-media.ts';
import { tellOtherTabs } from '../other-tabs.ts';
import {
  rememberedHostSecret,
  rememberedName,
  rememberHostSecret,
  rememberName,
} from '../remembered.ts';
import { isDamagedLink, linkToRoom, roomFromLink } from '../room-link.ts';
import { type EndReason, Session, type SessionPorts } from '../session.ts';
import { CallScreen } from './call-screen.tsx';
import type { Demonstrate } from './company.tsx';
import { Goodbye } from './goodbye.tsx';
import { type Entry, Lobby } from './lobby.tsx';
import { refusalWords } from './refusal.ts';

type Screen =
  | { readonly at: 'lobby' }
  | { readonly at: 'call' }
  | { readonly at: 'goodbye'; readonly reason: EndReason };

interface AppProps {
  readonly ports: SessionPorts;
  readonly media: LocalMedia;
  /** The stay we are in, for those who must know when the page goes. */
  readonly session: Signal<Session | null>;
  /** Adds a demonstration participant; null where this page offers none. */
  readonly demonstrate: Demonstrate | null;
}

/** The page: lobby, call, goodbye. The room is in the address, so that reloading keeps it. */
export function App({ ports, media, session, demonstrate }: AppProps) {
  const screen = useSignal<Screen>({ at: 'lobby' });
  const room = useSignal(roomFromLink(location.href));
  const damagedLink = useSignal(isDamagedLink(location.href));
  const busy = useSignal(false);
  const refusal = useSignal<ApiError | null>(null);

  useEffect(() => {
    const follow = () => {
      // Another link pasted into the address during a call must not pull anybody out of it.
      if (screen.peek().at === 'call') return;
      room.value = roomFromLink(location.href);
      damagedLink.value = isDamagedLink(location.href);
      refusal.value = null;
      screen.value = { at: 'lobby' };
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [room, damagedLink, refusal, screen]);

  const at = screen.value.at;
  useEffect(() => {
    if (at === 'lobby') void media.open();
    if (at === 'goodbye') media.close();
  }, [at, media]);

  useSignalEffect(() => {
    const reason = session.value?.ended.value;
    if (!reason) return;
    session.value = null;
    screen.value = { at: 'goodbye', reason };
  });

  const stay = session.value?.roomId;
  useEffect(() => (stay ? tellOtherTabs(stay) : undefined), [stay]);

  const enter = async ({ name, consent, creationKey }: Entry) => {
    busy.value = true;
    refusal.value = null;
    try {
      rememberName(name);
      room.value ??= await createRoom(ports, creationKey);
      const hostSecret = rememberedHostSecret(room.value);
      const invitation = { room: room.value, name, consent, ...(hostSecret && { hostSecret }) };
      session.value = await Session.join(ports, invitation);
      screen.value = { at: 'call' };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refusal.value = error;
    } finally {
      busy.value = false;
    }
  };

  const goTo = (target: string | null) => {
    const page = location.href.split('#', 1)[0] ?? '';
    history.pushState(null, '', target ? linkToRoom(target, page) : page);
    room.value = target;
    damagedLink.value = false;
    refusal.value = null;
    screen.value = { at: 'lobby' };
  };

  const current = screen.value;
  if (current.at === 'call') {
    return (
      session.value && (
        <CallScreen session={session.value} media={media} demonstrate={demonstrate} />
      )
    );
  }
  if (current.at === 'goodbye') {
    return (
      <Goodbye reason={current.reason} onAgain={() => goTo(room.value)} onHome={() => goTo(null)} />
    );
  }
  return (
    <Lobby
      room={room.value}
      damagedLink={damagedLink.value}
      name={rememberedName()}
      media={media}
      busy={busy.value}
      refusal={refusal.value && refusalWords(refusal.value)}
      roomGone={refusal.value?.code === 'unknown-room'}
      asksKey={refusal.value?.code === 'creation-key-wrong'}
      onEnter={(entry) => void enter(entry)}
      onFollow={goTo}
      onHome={() => goTo(null)}
    />
  );
}

/** Makes a room, and puts it into the address, so that reloading comes back to it. */
async function createRoom(ports: SessionPorts, creationKey?: string): Promise<string> {
  const { room, hostSecret } = await ports.api.createRoom(creationKey);
  rememberHostSecret(room, hostSecret);
  history.replaceState(null, '', linkToRoom(room, location.href));
  return room;
}
