// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, expect, it, vi } from 'vitest';
import messages from '../../../../tests/contract/messages.json';
import type { SteadyFaces } from '../../room/steady.ts';
import type { Reading } from '../../wire/contract.ts';
import { FaceBadges } from './face-badges.tsx';

afterEach(() => {
  render(null, document.body);
  vi.restoreAllMocks();
});

interface Shown {
  readonly x?: number;
  readonly width?: number;
  readonly expression?: string;
}

function show({ x = 0.3, width = 640, expression = 'happiness' }: Shown): void {
  const [face] = messages.reading.faces;
  const shown = { ...face, expression, box: { x, y: 0.4, width: 0.2, height: 0.3 } };
  render(
    <FaceBadges
      reading={messages.reading as unknown as Reading}
      faces={[{ id: 1, shown }] as unknown as SteadyFaces['faces']}
      age={0}
      strength={1}
      video={{ width: 640, height: 480 }}
      tile={{ width, height: 480 }}
      fit="cover"
      mirrored={false}
      emojiScale={1}
    />,
    document.body,
  );
}

const badge = () => document.querySelector<HTMLElement>('.badge');
const glides = () => badge()?.classList.contains('badge-gliding');
const place = () => badge()?.style.transform;

/** The places at which the browser took the badge to stand, by measuring it, while it did not glide. */
function stoodAt(): (string | undefined)[] {
  const stood: (string | undefined)[] = [];
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(40);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockImplementation(function (
    this: HTMLElement,
  ) {
    if (this !== badge())
      return Number.parseFloat(badge()?.style.getPropertyValue('--emoji-size') ?? '');
    if (!glides()) stood.push(place());
    return this.textContent?.includes('happy') ? 120 : 140;
  });
  return stood;
}

// A page that is not drawn for a while would show the new emoji where nobody's face is.
it('stands at its place when it is new, and glides only from there', async () => {
  const stood = stoodAt();
  show({});
  await vi.waitUntil(glides);
  expect(stood.at(-1)).toBe(place());

  const before = place();
  show({ x: 0.6 });
  await vi.waitUntil(() => place() !== before);
  expect(glides()).toBe(true);
});

it('stands at its face at once when its tile becomes another one', async () => {
  const stood = stoodAt();
  show({});
  await vi.waitUntil(glides);
  const before = stood.at(-1);
  show({ width: 1000 });
  expect(glides()).toBe(false);
  await vi.waitUntil(glides);
  expect(place()).not.toBe(before);
  expect(stood.at(-1)).toBe(place());
});

it('keeps its emoji where it is as its words become longer', async () => {
  stoodAt();
  show({});
  await vi.waitUntil(glides);
  const before = place();
  show({ expression: 'neutral' });
  await new Promise((measured) => setTimeout(measured, 50));
  expect(badge()?.textContent).toContain('neutral');
  expect(place()).toBe(before);
});
