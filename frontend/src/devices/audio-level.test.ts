import { afterEach, describe, expect, it, vi } from 'vitest';
import { AudioLevel, SpeakingGate } from './audio-level.ts';

describe('speaking', () => {
  it('lasts through the gaps between words, and ends with the sentence', () => {
    const gate = new SpeakingGate();
    const heard = [
      [0, 0.001],
      [200, 0.2],
      [400, 0],
      [800, 0.1],
      [1_400, 0],
      [1_600, 0],
    ].map(([now = 0, level = 0]) => gate.speaks(level, now));
    expect(heard).toEqual([false, true, true, true, true, false]);
  });
});

describe('the level', () => {
  afterEach(() => vi.unstubAllGlobals());

  let looksBack = 0; // samples

  /** A track that is loud, on a context in this state. */
  function loud(state: string, refusal?: Error) {
    class Context {
      state = state;
      createAnalyser() {
        return {
          get fftSize() {
            return looksBack;
          },
          set fftSize(samples: number) {
            looksBack = samples;
          },
          getFloatTimeDomainData: (samples: Float32Array) => samples.fill(refusal ? 0 : 0.5),
        };
      }
      createMediaStreamSource() {
        if (refusal) throw refusal;
        return { connect: () => undefined };
      }
    }
    vi.stubGlobal('AudioContext', Context);
    vi.stubGlobal('MediaStream', class {});
    return new AudioLevel({} as MediaStreamTrack).level;
  }

  it.each([
    ['running', 0.5],
    ['suspended', 0],
    ['interrupted', 0],
  ])('of an audio context that is %s is %f, whatever it heard last', (state, level) => {
    expect(loud(state)).toBe(level);
  });

  it('looks back further than the tenth of a second between two looks', () => {
    loud('running');
    expect(looksBack / 48_000).toBeGreaterThan(0.1); // a second has as many samples
  });

  it('is none where the browser does not let the track be measured', () => {
    expect(loud('running', new DOMException('sample-rate', 'NotSupportedError'))).toBe(0);
  });
});
