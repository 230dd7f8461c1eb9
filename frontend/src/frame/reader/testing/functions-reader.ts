/** The reader with the networks that the functions have, under Node. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ExpressionClassifier, parseSidecar } from '../classifier.ts';
import { FaceDetector } from '../detector.ts';
import { loadNetwork, useRuntime } from '../onnx.ts';
import { PictureReader } from '../picture-reader.ts';

const FUNCTIONS = new URL('../../../../../functions/reader/', import.meta.url);

/** Loads both networks and the sidecar. */
export async function functionsReader(): Promise<PictureReader> {
  const runtime = createRequire(import.meta.url).resolve(
    'onnxruntime-web/ort-wasm-simd-threaded.wasm',
  );
  const code = readFileSync(runtime);
  useRuntime(code.buffer.slice(code.byteOffset, code.byteOffset + code.byteLength) as ArrayBuffer);
  const network = (file: string) => loadNetwork(readFileSync(new URL(file, FUNCTIONS)));
  const sidecar = JSON.parse(readFileSync(new URL('expression.json', FUNCTIONS), 'utf8'));
  const detector = new FaceDetector(await network('face_detection_yunet_2023mar_any_size.onnx'));
  const classifier = new ExpressionClassifier(
    await network('expression.onnx'),
    parseSidecar(sidecar),
  );
  return new PictureReader(detector, classifier);
}
