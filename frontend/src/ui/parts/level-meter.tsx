import { strings } from '../../words/strings.ts';
import { useMicrophoneLevel } from './use-microphone-level.ts';

const STEPS = 10;
const QUIET = -50; // dB; below no step is lit
const STILL = '(prefers-reduced-motion: reduce)';

/**
 * How many of the meter's ten steps a loudness (0 to 1) lights, linear in decibels from -50 dB to 0
 * dB.
 */
export function stepsOf(level: number): number {
  if (level <= 0) return 0;
  const decibel = 20 * Math.log10(level);
  return Math.max(0, Math.min(STEPS, Math.round((1 - decibel / QUIET) * STEPS)));
}

/** Shows that the microphone hears something: as a bar, or in words where motion is unwelcome. */
export function LevelMeter({ track }: { track: MediaStreamTrack | null }) {
  const level = useMicrophoneLevel(track);
  const lit = stepsOf(level.value);
  const words = !track
    ? strings.tile.microphoneOff
    : lit > 0
      ? strings.device.heard
      : strings.device.silence;
  if (matchMedia(STILL).matches)
    return (
      <p class="level" key={words}>
        {words}
      </p>
    );
  return (
    <meter
      class="level"
      min={0}
      max={STEPS}
      value={lit}
      aria-label={strings.device.level}
      aria-valuetext={words}
    />
  );
}
