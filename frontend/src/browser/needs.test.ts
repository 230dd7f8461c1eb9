// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { english } from '../words/strings.ts';
import { missingNeeds } from './needs.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('what the page needs of a browser', () => {
  const whole = {
    HTMLElement: { prototype: { showPopover: () => undefined } },
    WebSocket: class {},
    ResizeObserver: class {},
    MediaStream: class {},
    AbortController: class {},
  };
  const browser = (parts: object) => parts as typeof globalThis;

  it('is named when it is missing, and nothing else is', () => {
    expect(missingNeeds(browser(whole))).toEqual([]);
    const { ResizeObserver: _, ...lacking } = whole;
    expect(missingNeeds(browser(lacking))).toEqual(['resize-observer']);
    const old = { ...whole, HTMLElement: { prototype: {} } };
    expect(missingNeeds(browser(old))).toEqual(['popover']);
  });

  it('is the same in the build, in the README and in what the page says', () => {
    const build = read('../../vite.config.ts');
    const [, chrome] = /'chrome(\d+)'/.exec(build) ?? [];
    const [, firefox] = /'firefox(\d+)'/.exec(build) ?? [];
    const [, safari] = /'safari(\d+)'/.exec(build) ?? [];
    const said = `Chrome and Edge from ${chrome}, Firefox from ${firefox}, and Safari from ${safari}`;
    expect(english.unsupported.browsers).toContain(said);
    expect(read('../../../README.md').replaceAll('\n', ' ')).toContain(said);
  });
});
