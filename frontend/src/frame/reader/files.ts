/** The reader's files: the same networks and sidecar as the functions have, by a hash of what is in them. */
import runtime from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { XzReadableStream } from 'xz-decompress';
import classifier from '../../../../functions/reader/expression.onnx?url';
import detector from '../../../../functions/reader/face_detection_yunet_2023mar_any_size.onnx?url';

/** In the order in which they are used. */
const FILES = { runtime, detector, classifier } as const;

/** Bytes of each, by its name in `FILES`. */
export type Loaded = Readonly<Record<keyof typeof FILES, Uint8Array<ArrayBuffer>>>;

const STALLED = 20_000; // ms without a byte, after which a file is given up
const XZ = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]; // how an XZ file begins: the build packs them

/**
 * Fetches all files, one after the other; `onBytes` hears how many bytes came in all.
 *
 * Rejects when one cannot be fetched, does not go on, or is the page of a portal.
 */
export async function fetchFiles(onBytes: (bytes: number) => void): Promise<Loaded> {
  let came = 0;
  const loaded: Partial<Record<keyof typeof FILES, Uint8Array<ArrayBuffer>>> = {};
  for (const [name, address] of Object.entries(FILES) as [keyof typeof FILES, string][]) {
    const response = await inTime(fetch(address));
    const page = response.headers.get('Content-Type')?.startsWith('text/html');
    if (!response.ok || page || !response.body) throw new Error(`${name}: ${response.status}`);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body.getReader();
    const next = () => inTime(reader.read());
    for (let part = await next(); !part.done; part = await next()) {
      parts.push(part.value);
      came += part.value.length;
      onBytes(came);
    }
    loaded[name] = await unpacked(new Blob(parts));
  }
  return loaded as Loaded;
}

async function inTime<T>(step: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('stalled')), STALLED);
  });
  return Promise.race([step, late]).finally(() => clearTimeout(timer));
}

async function unpacked(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const start = new Uint8Array(await file.slice(0, XZ.length).arrayBuffer());
  const isPacked = XZ.every((byte, at) => byte === start[at]);
  const stream = isPacked ? new XzReadableStream(file.stream()) : file.stream();
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
