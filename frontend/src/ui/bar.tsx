import { useSignal } from '@preact/signals';
import { ApiError } from '../api.ts';
import { strings } from '../strings.ts';
import type { CallContext } from './call-context.ts';
import { DeviceButtons, Switch } from './controls.tsx';
import { AnalyzeIcon, LeaveIcon, ScreenIcon } from './icons.tsx';
import { MoreMenu } from './more-menu.tsx';
import { type OpenPanel, PanelButton } from './panel.tsx';
import { panels } from './panels.ts';
import { refusalWords } from './refusal.ts';
import { useShortcuts } from './use-shortcuts.ts';

const BUSY_TIME = 600; // ms; a shorter one is not seen

/** The bar below the tiles: reading, our devices, the panels. */
export function Bar({ context, open }: { context: CallContext; open: OpenPanel }) {
  const { session, media, toast } = context;
  const busy = useSignal(false);
  const analyze = async () => {
    if (![...session.room.value.people.values()].some(({ consent }) => consent)) {
      toast(strings.notice.nobodyConsents);
      return;
    }
    busy.value = true;
    const seen = new Promise((resolve) => setTimeout(resolve, BUSY_TIME));
    try {
      await session.analyze();
      toast(strings.notice.askedEverybody);
    } catch (error) {
      toast(refusalWords(error instanceof ApiError ? error : null));
    }
    await seen;
    busy.value = false;
  };
  useShortcuts((action) => {
    switch (action) {
      case 'microphone':
        return void media.setMicrophone(!media.microphone.peek().on);
      case 'camera':
        return void media.setCamera(!media.camera.peek().on);
      case 'analyze':
        return void analyze();
      case 'live':
        session.live.value = !session.live.peek();
        return;
      case 'read':
        return session.setConsent(!session.consent.peek());
      default: {
        const focused = document.activeElement;
        return open.toggle(action, focused instanceof HTMLElement ? focused : null);
      }
    }
  });
  return (
    <section class="controls" aria-label={strings.call.controls}>
      <div class="controls-group controls-reading">
        <button
          type="button"
          class="analyze"
          title={strings.call.analyzeHint}
          disabled={busy.value}
          onClick={() => void analyze()}
        >
          <AnalyzeIcon />
          {strings.call.analyze}
        </button>
        <Switch
          label={strings.call.live}
          hint={strings.call.liveHint}
          checked={session.live.value}
          onChange={(live) => {
            session.live.value = live;
          }}
        />
        <Switch
          label={strings.call.read}
          checked={session.consent.value}
          onChange={(consent) => session.setConsent(consent)}
        />
      </div>
      <div class="controls-group controls-media">
        <DeviceButtons media={media} />
        {media.screen.supported && <ScreenButton media={media} toast={toast} />}
        <button
          type="button"
          class="round leave"
          aria-label={strings.call.leave}
          title={strings.call.leave}
          onClick={() => session.leave()}
        >
          <LeaveIcon />
        </button>
      </div>
      <div class="controls-group controls-panels">
        {panels
          .filter(({ place }) => place === 'bar')
          .map((panel) => (
            <PanelButton
              key={panel.id}
              panel={panel}
              open={open}
              count={panel.id === 'people' ? session.room.value.people.size : undefined}
            />
          ))}
        <MoreMenu context={context} open={open} />
      </div>
    </section>
  );
}

/** Shares a screen, or ends it. */
function ScreenButton({ media, toast }: Pick<CallContext, 'media' | 'toast'>) {
  const sharing = media.screen.track.value !== null;
  const share = async () => {
    if ((await media.screen.share()) === 'failed') toast(strings.call.screenFailed);
  };
  return (
    <button
      type="button"
      class={`round${sharing ? ' round-active' : ''}`}
      aria-label={strings.call.share}
      aria-pressed={sharing}
      title={sharing ? strings.tile.stopScreen : strings.call.share}
      onClick={() => (sharing ? media.screen.stop() : void share())}
    >
      <ScreenIcon />
    </button>
  );
}
