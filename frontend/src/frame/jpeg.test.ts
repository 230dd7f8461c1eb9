import { afterEach, describe, expect, it, vi } from 'vitest';
import { JpegEncoder } from './jpeg.ts';

afterEach(() => vi.unstubAllGlobals());

/** Canvases of a browser that gives back each byte of what was drawn as `given` says. */
function browserThat(given: (drawn: number) => number): void {
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      readonly width: number;
      readonly height: number;
      #drawn: number[] = [];
      constructor(width: number, height: number) {
        this.width = width;
        this.height = height;
      }
      getContext() {
        const { width } = this;
        return {
          fillStyle: '',
          drawImage: () => undefined,
          fillRect: () => undefined,
          getImageData: () => {
            const [first = [], second = []] = this.#colours;
            const rows = (colour: readonly number[], count: number) =>
              Array.from({ length: count * width }, () => [...colour, 255]).flat();
            this.#drawn = [...rows(first, this.height / 2), ...rows(second, this.height / 2)];
            return { data: this.#drawn.map((byte, at) => (at % 4 === 3 ? byte : given(byte))) };
          },
        };
      }
      // The colours the encoder draws for its probe.
      readonly #colours = [
        [16, 64, 128],
        [200, 120, 40],
      ];
      async convertToBlob() {
        return new Blob(['jpeg']);
      }
    },
  );
}

const picture = {} as ImageBitmap;

describe('the encoder', () => {
  it('encodes where the browser gives back what is drawn, or nearly', async () => {
    for (const given of [(drawn: number) => drawn, (drawn: number) => drawn ^ 1]) {
      browserThat(given);
      expect(await new JpegEncoder().encode(picture, 640, 480)).toBeInstanceOf(Blob);
    }
  });

  it.each([
    ['white', () => 255],
    ['noise', () => Math.floor(Math.random() * 256)],
    ['black', () => 0],
  ])('refuses to make a picture of what a browser gives instead: %s', (_, given) => {
    browserThat(given);
    const encoder = new JpegEncoder();
    expect(() => encoder.encode(picture, 640, 480)).toThrow(
      expect.objectContaining({ fault: 'noise' }),
    );
  });

  it('goes on once the person allows it', async () => {
    browserThat(() => 255);
    const encoder = new JpegEncoder();
    expect(() => encoder.encode(picture, 640, 480)).toThrow();
    browserThat((drawn) => drawn);
    expect(await encoder.encode(picture, 640, 480)).toBeInstanceOf(Blob);
  });
});
