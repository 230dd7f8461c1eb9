import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Device, LocalMedia } from '../../devices/local-media.ts';
import { strings } from '../../words/strings.ts';
import { Changing } from './changing.tsx';
import { CameraIcon, FlipIcon, MicrophoneIcon } from './icons.tsx';

interface SwitchProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** What stands beneath the label, and the id of an element that says more. */
  readonly state?: { readonly words: string; readonly means: string };
}

/** A labelled switch. */
export function Switch({ label, hint, checked, onChange, state }: SwitchProps) {
  const id = useId();
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={checked}
      aria-label={state && label}
      title={hint}
      aria-describedby={state && `${id} ${state.means}`}
      onClick={() => onChange(!checked)}
    >
      <span class="switch-track" aria-hidden="true" />
      {state ? (
        <span class="switch-words">
          <span>{label}</span>
          <small id={id}>
            <Changing>{state.words}</Changing>
          </small>
        </span>
      ) : (
        label
      )}
    </button>
  );
}

interface DeviceButtonProps {
  readonly device: Device;
  readonly name: string;
  readonly action: string;
  readonly onToggle: () => void;
  readonly children: ComponentChildren;
}

function DeviceButton({ device, name, action, onToggle, children }: DeviceButtonProps) {
  return (
    <button
      type="button"
      class={`round${device.on ? '' : ' round-off'}`}
      aria-label={name}
      aria-pressed={device.on}
      title={action}
      onClick={onToggle}
    >
      {children}
    </button>
  );
}

/** The buttons that switch our microphone and our camera. */
export function DeviceButtons({ media }: { media: LocalMedia }) {
  const { device } = strings;
  const [camera, microphone] = [media.camera.value, media.microphone.value];
  return (
    <>
      <DeviceButton
        device={microphone}
        name={device.microphone}
        action={microphone.on ? device.muteMicrophone : device.unmuteMicrophone}
        onToggle={() => void media.setMicrophone(!microphone.on)}
      >
        <MicrophoneIcon off={!microphone.on} />
      </DeviceButton>
      <DeviceButton
        device={camera}
        name={device.camera}
        action={camera.on ? device.stopCamera : device.startCamera}
        onToggle={() => void media.setCamera(!camera.on)}
      >
        <CameraIcon off={!camera.on} />
      </DeviceButton>
      {camera.on && media.canFlip && (
        <button
          type="button"
          class="round"
          aria-label={strings.habits.flip}
          title={strings.habits.flip}
          onClick={() => void media.flip()}
        >
          <FlipIcon />
        </button>
      )}
    </>
  );
}

/** What is wrong with our devices, in words. */
export function deviceWords(media: LocalMedia): readonly string[] {
  const { camera, microphone, both } = strings.device.problem;
  const cameraProblem = media.camera.value.problem;
  const microphoneProblem = media.microphone.value.problem;
  if (cameraProblem === 'denied' && microphoneProblem === 'denied') return [both.denied];
  return [
    ...(cameraProblem ? [camera[cameraProblem]] : []),
    ...(microphoneProblem ? [microphone[microphoneProblem]] : []),
  ];
}
