// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalMedia } from '../../devices/local-media.ts';
import { DeviceChoice } from './device-choice.tsx';

const none = { camera: [], microphone: [], speaker: [] };

/** What the pickers offer of each role. */
function offered(options: object) {
  const media = new LocalMedia();
  Object.defineProperty(media.devices, 'options', { value: signal({ ...none, ...options }) });
  render(<DeviceChoice media={media} />, document.body);
  const words = ({ options: all }: HTMLSelectElement) => [...all].map(({ text }) => text.trim());
  return [...document.querySelectorAll('select')].map(words);
}

describe('a picker', () => {
  afterEach(() => render(null, document.body));

  it('says Default for the default device, and which one that is', () => {
    const usb = { id: 'usb', label: 'USB' };
    const [camera, microphone] = offered({ microphone: [{ id: 'default', label: 'USB' }, usb] });
    expect(camera).toEqual(['Default']);
    expect(microphone).toEqual(['Default', 'Default (USB)', 'USB']); // none is in use yet
    const [, nameless] = offered({ microphone: [{ id: 'default', label: '' }, usb] });
    expect(nameless).toContain('Default');
  });

  it('offers a way back to the default speaker where the browser lists none', () => {
    const desk = { id: 'desk', label: 'Desk' };
    expect(offered({ speaker: [desk] }).at(-1)).toEqual(['Default', 'Desk']);
  });
});
