/** Whether a browser can read by itself. */

/** What is missing, by the names that `strings.way.lacks` explains. */
export type Lack = 'webassembly' | 'canvas';

// The smallest module with an instruction on vectors: (func (result v128) i32.const 0 i8x16.splat …).
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

/** What keeps this browser from reading by itself; null for nothing. */
export function lackOf(browser: typeof globalThis): Lack | null {
  if (!('WebAssembly' in browser) || !browser.WebAssembly.validate(SIMD)) return 'webassembly';
  return 'Worker' in browser && 'OffscreenCanvas' in browser ? null : 'canvas';
}
