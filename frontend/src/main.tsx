/** The composition root: settings → ports → page. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import { Api } from './api.ts';
import { MeshCall } from './call/mesh.ts';
import { FrameCapture } from './capture.ts';
import { loadConfig } from './config.ts';
import { Hub } from './hub.ts';
import { openLanguage } from './language.ts';
import { LocalMedia } from './local-media.ts';
import type { Session, SessionPorts } from './session.ts';
import { App } from './ui/app.tsx';
import './ui/style.css';

const [{ api, demonstration }] = await Promise.all([loadConfig(), openLanguage()]);

const visible = signal(!document.hidden);
document.addEventListener('visibilitychange', () => {
  visible.value = !document.hidden;
});

const media = new LocalMedia();
const session = signal<Session | null>(null);
const ports: SessionPorts = {
  api: new Api(api),
  media,
  screen: media.screen.track,
  frames: new FrameCapture(),
  visible,
  openHub: (hubPorts) => new Hub(hubPorts),
  openCall: async (room, token) => {
    if (token.provider === 'opentok') {
      const { loadOpenTok, OpenTokCall } = await import('./call/opentok.ts');
      const renew = async () => {
        const renewed = await room.videoToken();
        if (renewed.provider !== 'opentok') throw new Error('the video provider has changed');
        return renewed;
      };
      return new OpenTokCall({ library: await loadOpenTok(), token, renew, now: () => Date.now() });
    }
    return new MeshCall({
      self: room.participant,
      iceServers: token.iceServers,
      send: (to, payload) => room.signal(to, payload),
    });
  },
  fetch: (input, init) => fetch(input, init),
  now: () => Date.now(),
};

// A page put aside says goodbye; one that is taken up again, as browsers may do, comes back.
addEventListener('pagehide', () => session.value?.sayGoodbye());
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) void session.value?.rejoin();
});

const demonstrate =
  demonstration.length > 0
    ? async (room: string, name: string) => {
        const { openDemonstration } = await import('./demonstration.ts');
        return openDemonstration(
          demonstration,
          { ...ports, frames: new FrameCapture() },
          { room, name },
        );
      }
    : null;

const root = document.getElementById('app');
if (root)
  render(<App ports={ports} media={media} session={session} demonstrate={demonstrate} />, root);
