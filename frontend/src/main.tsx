/** The composition root: settings → ports → page. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import { loadConfig } from './browser/config.ts';
import { missingNeeds } from './browser/needs.ts';
import { rememberedWay } from './browser/remembered.ts';
import { LocalMedia } from './devices/local-media.ts';
import type { ReadingWay } from './frame/way.ts';
import type { StayPorts, StayReader } from './stay/ports.ts';
import type { Stay } from './stay/stay.ts';
import { now } from './time/page-time.ts';
import { App, type JoinCall, loaded } from './ui/app.tsx';
import { NotLoaded } from './ui/not-loaded.tsx';
import { Api } from './wire/api.ts';
import { openLanguage } from './words/language.ts';
import './ui/style.css';

/** Styles for forced colours: loaded now, or when a person switches them on. */
const ownColours = matchMedia('(forced-colors: active)');
const showOwnColours = async () => {
  // Without them the page is still to be used.
  if (ownColours.matches) await import('./ui/forced-colors.css').catch(() => undefined);
};
ownColours.addEventListener('change', () => void showOwnColours());

const [{ api, demonstration, reading, declaration }] = await Promise.all([
  loadConfig(),
  openLanguage(),
  showOwnColours(),
]);

const visible = signal(!document.hidden);
const online = signal(navigator.onLine);
for (const kind of ['online', 'offline']) {
  addEventListener(kind, () => {
    online.value = navigator.onLine;
  });
}
document.addEventListener('visibilitychange', () => {
  visible.value = !document.hidden;
});

const media = new LocalMedia();
const way = signal<ReadingWay<StayReader> | null>(null);
const openWay = async () => {
  const { openWay: open } = await import('./own-way.ts');
  way.value ??= open(reading);
};
// If a person chose their own device, the service must not read them while it loads, nor if it cannot.
const own = reading === 'device' || (reading === 'choice' && rememberedWay() === 'device');
const opened =
  !own ||
  (await openWay().then(
    () => true,
    () => false,
  ));
const stay = signal<Stay | null>(null);
const ports: Omit<StayPorts, 'frames' | 'openHub'> = {
  api: new Api(api),
  media,
  screen: media.screen.track,
  way,
  visible,
  online,
  openCall: async (room, token) => {
    if (token.provider === 'opentok') {
      const { loadOpenTok, OpenTokCall } = await import('./call/opentok.ts');
      const renew = async () => {
        const renewed = await room.videoToken();
        if (renewed.provider !== 'opentok') throw new Error('the video provider has changed');
        return renewed;
      };
      return new OpenTokCall({ library: await loadOpenTok(), token, renew, now });
    }
    const { MeshCall } = await import('./call/mesh.ts');
    return new MeshCall({
      self: room.participant,
      token,
      renew: async () => {
        const renewed = await room.videoToken();
        if (renewed.provider !== 'mesh') throw new Error('the video provider has changed');
        return renewed;
      },
      now,
      send: (to, payload) => room.signal(to, payload),
    });
  },
  fetch: (input, init) => fetch(input, init),
  now,
};

/** The code of a stay, loaded when somebody joins a call; the lobby works without it. */
async function loadStay() {
  const [{ Stay }, { Hub }, { FrameCapture }] = await Promise.all([
    import('./stay/stay.ts'),
    import('./wire/hub.ts'),
    import('./frame/capture.ts'),
  ]);
  const all = (): StayPorts => ({
    ...ports,
    frames: new FrameCapture(),
    openHub: (hubPorts) => new Hub(hubPorts),
  });
  return { Stay, all };
}

const join: JoinCall = async (invitation, onWait) => {
  const { Stay, all } = await loaded(loadStay());
  return Stay.join(all(), invitation, onWait);
};

// A closed page leaves the room; if the browser restores it, it joins again.
addEventListener('pagehide', () => stay.value?.sayGoodbye(true));
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) void stay.value?.rejoin();
});

const demonstrate =
  demonstration.length > 0
    ? async (room: string, name: string) => {
        const { openDemonstration } = await import('./stay/demonstration.ts');
        const { all } = await loadStay();
        return openDemonstration(demonstration, all(), { room, name });
      }
    : null;

const root = document.getElementById('app');
const missing = missingNeeds(globalThis);
if (root && missing.length > 0) {
  const { Unsupported } = await import('./ui/unsupported.tsx');
  render(<Unsupported missing={missing} />, root);
} else if (root && !opened) {
  render(<NotLoaded />, root);
} else if (root) {
  const offered = reading === 'service' ? null : openWay;
  render(
    <App
      api={ports.api}
      way={way}
      join={join}
      media={media}
      stay={stay}
      demonstrate={demonstrate}
      onWay={offered}
      declaration={declaration}
    />,
    root,
  );
}
