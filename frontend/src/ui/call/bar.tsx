import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { now } from '../../time/page-time.ts';
import { ApiError } from '../../wire/api.ts';
import { strings } from '../../words/strings.ts';
import { type OpenPanel, PanelButton } from '../panels/panel.tsx';
import { panels } from '../panels/panels.ts';
import type { CallContext } from '../parts/call-context.ts';
import { DeviceButtons } from '../parts/controls.tsx';
import { toggleFullScreen } from '../parts/full-screen.ts';
import { readiness, silentOf } from '../parts/hindrance.ts';
import { LeaveIcon, ReadIcon, ScreenIcon } from '../parts/icons.tsx';
import { pressable } from '../parts/pressable.ts';
import { refusalWords } from '../parts/refusal.ts';
import { useFit } from '../parts/use-fit.ts';
import { useShortcuts } from '../parts/use-shortcuts.ts';
import { MoreMenu } from './more-menu.tsx';
import { MyReading } from './my-reading.tsx';

/** From the roomiest to the tightest; bar.css says what each does. */
const LAYOUTS = ['wide', 'snug', 'folded', 'stacked', 'tight', 'loose'] as const;
const BUSY_TIME = 600; // ms; a shorter one is not seen
const ANSWER_TIME = 5_000; // ms; a frame that was taken at once is read in under one second

/** The bar below the tiles: reading, our devices, the panels. */
export function Bar({ context, open }: { context: CallContext; open: OpenPanel }) {
  const { stay, media, toast } = context;
  const busy = useSignal(false);
  const answers = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(answers.current), []);
  const readEveryone = async () => {
    if (![...stay.room.value.people.values()].some(({ consent }) => consent)) {
      toast(strings.notice.nobodyConsents);
      return;
    }
    busy.value = true;
    const seen = new Promise((resolve) => setTimeout(resolve, BUSY_TIME));
    try {
      const { ready, hindered } = readiness(context);
      const asked = now();
      await stay.askEverybody();
      clearTimeout(answers.current);
      answers.current = setTimeout(() => {
        const silent = silentOf(context, ready, asked);
        if (silent.length > 0) toast(strings.notice.noAnswer(silent));
      }, ANSWER_TIME);
      const { askedEverybody, cannotBeRead, nobodyCanBeRead } = strings.notice;
      if (hindered.length === 0) toast(askedEverybody);
      else if (ready.length === 0) toast(nobodyCanBeRead(hindered));
      else toast(`${askedEverybody} ${cannotBeRead(hindered)}`);
    } catch (error) {
      toast(refusalWords(error instanceof ApiError ? error : null));
    }
    await seen;
    busy.value = false;
  };
  const bar = useFit<HTMLElement>(() => LAYOUTS);
  useShortcuts((action) => {
    switch (action) {
      case 'microphone':
        return void media.setMicrophone(!media.microphone.peek().on);
      case 'camera':
        return void media.setCamera(!media.camera.peek().on);
      case 'everyone':
        return void readEveryone();
      case 'pace':
        if (!stay.consent.peek()) return toast(strings.pace.needsReading);
        stay.live.value = !stay.live.peek();
        return;
      case 'fullscreen':
        return toggleFullScreen();
      case 'read':
        return stay.setConsent(!stay.consent.peek());
      default: {
        const focused = document.activeElement;
        return open.toggle(action, focused instanceof HTMLElement ? focused : null);
      }
    }
  });
  return (
    <section class="controls" aria-label={strings.call.controls} ref={bar}>
      <div class="controls-group controls-reading">
        <button
          type="button"
          class="read-everyone"
          title={strings.call.readEveryoneHint}
          {...pressable(!busy.value, () => void readEveryone())}
        >
          <ReadIcon />
          {strings.call.readEveryone}
        </button>
        <MyReading stay={stay} />
      </div>
      <div class="controls-group controls-media">
        <DeviceButtons media={media} />
        {media.screen.supported && <ScreenButton media={media} toast={toast} />}
        <button
          type="button"
          class="round leave"
          aria-label={strings.call.leave}
          title={strings.call.leave}
          onClick={() => stay.leave()}
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
              count={panel.id === 'people' ? stay.room.value.people.size : undefined}
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
