import { describe, expect, it } from 'vitest';
import { WAYS } from '../wire/contract.ts';
import { parseConfig } from './config.ts';

describe('the settings of the page', () => {
  it('offer a demonstration only where they name its pictures', () => {
    const rest = { reading: 'choice', declaration: null };
    expect(parseConfig({ api: '' })).toEqual({ api: '', demonstration: [], ...rest });
    const demonstration = ['smiling.jpg'];
    expect(parseConfig({ api: '', demonstration })).toEqual({ api: '', demonstration, ...rest });
    expect(parseConfig({ api: '', demonstration: [7] })).toBeNull();
  });

  it('may bring what the deployer declares, and no empty words', () => {
    const declaration = 'Run by the choir of Elm Street.';
    expect(parseConfig({ api: '', declaration })?.declaration).toBe(declaration);
    for (const none of [' ', '', 7, null]) {
      expect(parseConfig({ api: '', declaration: none })?.declaration).toBeNull();
    }
  });

  it('say which ways of reading there are', () => {
    for (const reading of WAYS) expect(parseConfig({ api: '', reading })?.reading).toBe(reading);
    expect(parseConfig({ api: '', reading: 'nobody' })).toBeNull();
  });
});
