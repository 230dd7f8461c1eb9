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

function show(x: number): void {
  const [face] = messages.reading.faces;
  const shown = { ...face, box: { x, y: 0, width: 0.2, height: 0.3 } };
  render(
    <FaceBadges
      reading={messages.reading as unknown as Reading}
      faces={[{ id: 1, shown }] as unknown as SteadyFaces['faces']}
      age={0}
      strength={1}
      video={{ width: 640, height: 480 }}
      tile={{ width: 640, height: 480 }}
      fit="cover"
      mirrored={false}
      emojiScale={1}
    />,
    document.body,
  );
}

// A page that is not drawn for a while would show the new emoji where nobody's face is.
it('stands at its place when it is new, and glides only from there', async () => {
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(120);
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(40);
  const seen: { place: string; glides: boolean }[] = [];
  const look = () => {
    const badge = document.querySelector<HTMLElement>('.badge');
    if (!badge) return;
    const glides = badge.classList.contains('badge-gliding');
    seen.push({ place: badge.style.transform, glides });
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  show(0.3);
  look();
  await vi.waitUntil(() => seen.at(-1)?.glides);
  const place = seen.at(-1)?.place;
  expect(seen.findLast(({ glides }) => !glides)?.place).toBe(place);

  show(0.6);
  await vi.waitUntil(() => seen.at(-1)?.place !== place);
  expect(seen.at(-1)?.glides).toBe(true);
  observer.disconnect();
});
