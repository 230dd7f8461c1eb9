import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { tellOtherTabs } from '../browser/other-tabs.ts';
import {
  rememberedHostSecret,
  rememberedName,
  rememberHostSecret,
  rememberName,
} from '../browser/remembered.ts';
import { isDamagedLink, linkToRoom, roomFromLink } from '../browser/room-link.ts';
import type { LocalMedia } from '../devices/local-media.ts';
import { GivenUp, type Wait } from '../stay/entrance.ts';
import type { EndReason, Invitation, StayPorts } from '../stay/ports.ts';
import type { Stay } from '../stay/stay.ts';
import { type Api, ApiError } from '../wire/api.ts';
import type { CallScreen } from './call/call-screen.tsx';
import type { Demonstrate } from './call/company.tsx';
import { Goodbye } from './goodbye.tsx';
import { type Entry, Lobby } from './lobby/lobby.tsx';
import { Waiting } from './lobby/waiting.tsx';
import { refusalWords } from './parts/refusal.ts';

type Screen =
  | { readonly at: 'lobby' }
  | { readonly at: 'waiting'; readonly wait: Wait; readonly name: string }
  | { readonly at: 'call'; readonly CallScreen: typeof CallScreen }
  | { readonly at: 'goodbye'; readonly reason: EndReason; readonly entry: Entry };

/** Joins a room, once what a call needs is loaded. */
export type JoinCall = (invitation: Invitation, onWait: (wait: Wait) => void) => Promise<Stay>;

interface AppProps {
  readonly api: Api;
  /** The choice of who reads us, if the site offers it. */
  readonly way: NonNullable<StayPorts['way']>;
  readonly join: JoinCall;
  readonly media: LocalMedia;
  /** The present stay, for code that runs when the page closes. */
  readonly stay: Signal<Stay | null>;
  /** Adds a demonstration participant; null where this page offers none. */
  readonly demonstrate: Demonstrate | null;
  /** Opens the choice of who reads; null if there is none. */
  readonly onWay?: (() => Promise<void>) | null;
  /** What whoever runs this site declares of its use. */
  readonly declaration?: string | null;
}

/** The page: lobby, call, goodbye. The room is in the address, so that reloading keeps it. */
export function App({
  api,
  way,
  join,
  media,
  stay,
  demonstrate,
  onWay = null,
  declaration = null,
}: AppProps) {
  const screen = useSignal<Screen>({ at: 'lobby' });
  const room = useSignal(roomFromLink(location.href));
  const damagedLink = useSignal(isDamagedLink(location.href));
  const busy = useSignal(false);
  const refusal = useSignal<ApiError | null>(null);
  /** Whether this deployment asked for a key before it made a room. */
  const asksKey = useSignal(false);
  /** The name that was wanted here last; what is remembered may be another tab's. */
  const typed = useRef('');

  useEffect(() => {
    const follow = () => {
      // Going back, or another link in the address, must not end a call; reloading comes back to it.
      if (busy.peek() || screen.peek().at === 'call') {
        const ours = room.peek();
        if (ours) history.replaceState(null, '', linkToRoom(ours, location.href));
        return;
      }
      room.value = roomFromLink(location.href);
      damagedLink.value = isDamagedLink(location.href);
      refusal.value = null;
      screen.value = { at: 'lobby' };
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [room, damagedLink, refusal, screen, busy]);

  const at = screen.value.at;
  const joining = busy.value;
  useEffect(() => {
    if (at === 'lobby') void media.open();
    if (at === 'goodbye' && !joining) media.close(); // also when joining again has failed
  }, [at, joining, media]);

  const before = useRef(at);
  useEffect(() => {
    // What was pressed has gone with the screen before; the others' headings take the focus themselves.
    if (at === 'lobby' && before.current !== at) document.querySelector('h1')?.focus();
    before.current = at;
  }, [at]);

  useEffect(() => {
    const leaveTheDoor = () => {
      const now = screen.peek();
      if (now.at === 'waiting') now.wait.giveUp();
    };
    addEventListener('pagehide', leaveTheDoor);
    return () => removeEventListener('pagehide', leaveTheDoor);
  }, [screen]);

  useSignalEffect(() => {
    const ended = stay.value;
    const reason = ended?.ended.value;
    if (!reason) return;
    const consent = ended.consent.peek();
    const scope = ended.scope.peek();
    const entry = {
      name: typed.current || ended.name,
      consent,
      live: ended.live.peek(),
      // Who is read as before is seen by no more people than before.
      ...(consent && scope === 'room-only' && { scope }),
    };
    stay.value = null;
    refusal.value = null;
    screen.value = { at: 'goodbye', reason, entry };
  });

  const joined = stay.value?.roomId;
  useEffect(() => (joined ? tellOtherTabs(joined) : undefined), [joined]);

  const enter = async ({ creationKey, ...entry }: Entry) => {
    const { name } = entry;
    busy.value = true;
    refusal.value = null;
    try {
      rememberName(name);
      typed.current = name;
      room.value ??= await createRoom(api, creationKey);
      const hostSecret = rememberedHostSecret(room.value);
      const person = { ...entry, ...(hostSecret && { hostSecret }) };
      // Load the screen first: without it we must not take a seat.
      const { CallScreen } = await loaded(import('./call/call-screen.tsx'));
      stay.value = await join({ room: room.value, ...person }, (wait) => {
        screen.value = { at: 'waiting', wait, name };
      });
      screen.value = { at: 'call', CallScreen };
    } catch (error) {
      const waited = screen.peek().at === 'waiting';
      if (waited) screen.value = { at: 'lobby' };
      if (error instanceof GivenUp) return;
      if (!(error instanceof ApiError)) throw error;
      asksKey.value ||= error.code === 'creation-key-wrong';
      if (waited && (error.code === 'refused' || error.code === 'knock-expired')) {
        screen.value = { at: 'goodbye', reason: error.code, entry };
      } else refusal.value = error;
    } finally {
      busy.value = false;
    }
  };

  const goTo = (target: string | null) => {
    if (busy.peek()) return; // else the call that is being joined would open over it
    const page = location.href.split('#', 1)[0] ?? '';
    history.pushState(null, '', target ? linkToRoom(target, page) : page);
    room.value = target;
    damagedLink.value = false;
    refusal.value = null;
    screen.value = { at: 'lobby' };
  };

  const current = screen.value;
  if (current.at === 'call') {
    const { CallScreen } = current;
    const parts = { media, demonstrate, onWay };
    return stay.value && <CallScreen stay={stay.value} {...parts} />;
  }
  if (current.at === 'waiting') {
    return <Waiting name={current.name} onGiveUp={() => current.wait.giveUp()} />;
  }
  if (current.at === 'goodbye') {
    return (
      <Goodbye
        reason={current.reason}
        entry={current.entry}
        refusal={refusal.value && refusalWords(refusal.value)}
        busy={busy.value}
        onAgain={() => {
          void media.open();
          void enter(current.entry);
        }}
        onHome={() => goTo(null)}
      />
    );
  }
  return (
    <Lobby
      room={room.value}
      damagedLink={damagedLink.value}
      name={rememberedName()}
      media={media}
      way={way.value}
      onWay={onWay}
      declaration={declaration}
      busy={busy.value}
      refusal={refusal.value && refusalWords(refusal.value)}
      roomGone={refusal.value?.code === 'unknown-room'}
      asksKey={asksKey.value && !room.value}
      onEnter={(entry) => void enter(entry)}
      onFollow={goTo}
      onHome={() => goTo(null)}
    />
  );
}

/** Makes a room, and puts it into the address, so that reloading comes back to it. */
async function createRoom(api: Api, creationKey?: string): Promise<string> {
  const { room, hostSecret } = await api.createRoom(creationKey);
  rememberHostSecret(room, hostSecret);
  history.replaceState(null, '', linkToRoom(room, location.href));
  return room;
}

/** Loads code late. It fails where the network is lost, or a deployment has put other files in its place. */
export async function loaded<T>(module: Promise<T>): Promise<T> {
  try {
    return await module;
  } catch {
    throw new ApiError(0, 'not-loaded', 'The call could not be loaded.');
  }
}
