// `node vladmandic.mjs PACKAGE FOLDER`: reads faces with @vladmandic/face-api or @vladmandic/human as
// installed in FOLDER/node_modules, on TensorFlow.js' WebAssembly backend, one thread.
//
// A request on standard input is one line of JSON, {"crop": true, "height": 48, "width": 48}, and then
// height × width × 3 bytes of RGB; the answer is one line, {"scores": {"happy": 0.9, …}} or
// {"scores": null} where no face is found, with "processor": milliseconds of the whole process.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { stdin, stdout } from 'node:process';
import { pathToFileURL } from 'node:url';

const [name, folder] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));
const modules = join(folder, 'node_modules');
const wasm = join(modules, '@tensorflow/tfjs-backend-wasm/dist/');
const home = join(modules, name);

// The packages fetch their WebAssembly and models; here they are files.
const fetchOverTheNetwork = globalThis.fetch;
globalThis.fetch = async (target, options) => {
  const path = String(target?.url ?? target).replace(/^file:\/\//, '');
  if (!existsSync(path)) return fetchOverTheNetwork(target, options);
  const type = path.endsWith('.json') ? 'application/json' : 'application/octet-stream';
  return new Response(readFileSync(path), { headers: { 'content-type': type } });
};

async function start(tf) {
  require('@tensorflow/tfjs-backend-wasm').setWasmPaths(wasm);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  await tf.ready();
}

async function faceApi() {
  const api = require(join(home, 'dist/face-api.node-wasm.js'));
  await start(api.tf);
  const models = join(home, 'model');
  await api.nets.ssdMobilenetv1.loadFromDisk(models);
  await api.nets.faceExpressionNet.loadFromDisk(models);
  return {
    tf: api.tf,
    crop: (picture) => api.nets.faceExpressionNet.predictExpressions(picture),
    // Its default detector; the default confidence is 0.5.
    frame: async (picture) =>
      (await api.detectSingleFace(picture).withFaceExpressions())?.expressions,
  };
}

async function human() {
  const { Human } = require(join(home, 'dist/human.node-wasm.js'));
  const off = { enabled: false };
  const reader = new Human({
    backend: 'wasm',
    wasmPath: wasm,
    wasmPlatformFetch: true,
    modelBasePath: pathToFileURL(join(home, 'models/')).href,
    debug: false,
    cacheSensitivity: 0,
    warmup: 'none',
    filter: off,
    gesture: off,
    body: off,
    hand: off,
    object: off,
    face: { iris: off, description: off, emotion: { enabled: true, minConfidence: 0 } },
  });
  const { tf } = reader;
  await start(tf);
  await reader.load();
  const model = reader.models.models.emotion;
  const side = model.inputs[0].shape[2];
  const labels = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];
  return {
    tf,
    // What its src/gear/emotion.ts does with the face that its detector found.
    crop: async (picture) => {
      const scores = tf.tidy(() => {
        const small = tf.image.resizeBilinear(tf.div(tf.expandDims(picture, 0), 255), [side, side]);
        const grey = tf.sum(tf.mul(small, [0.2989, 0.587, 0.114]), 3, true);
        return model.execute(tf.mul(tf.sub(grey, 0.5), 2));
      });
      const values = await scores.data();
      scores.dispose();
      return Object.fromEntries(labels.map((label, place) => [label, values[place]]));
    },
    frame: async (picture) => {
      const found = (await reader.detect(picture)).face[0]?.emotion;
      return found && Object.fromEntries(found.map(({ emotion, score }) => [emotion, score]));
    },
  };
}

async function answer(reader, asked, bytes) {
  const shape = [asked.height, asked.width, 3];
  const picture = reader.tf.tensor3d(new Uint8Array(bytes), shape, 'int32');
  try {
    return (await (asked.crop ? reader.crop : reader.frame)(picture)) ?? null;
  } finally {
    picture.dispose();
  }
}

// What the packages print is not an answer.
console.log = console.info = console.warn = console.error;
const reader = await { '@vladmandic/face-api': faceApi, '@vladmandic/human': human }[name]();
stdout.write('ready\n');

let waiting = Buffer.alloc(0);
for await (const chunk of stdin) {
  waiting = Buffer.concat([waiting, chunk]);
  for (;;) {
    const end = waiting.indexOf(10);
    if (end < 0) break;
    const asked = JSON.parse(waiting.subarray(0, end).toString());
    const size = asked.height * asked.width * 3;
    if (waiting.length < end + 1 + size) break;
    const bytes = waiting.subarray(end + 1, end + 1 + size);
    waiting = waiting.subarray(end + 1 + size);
    const scores = await answer(reader, asked, bytes);
    const { user, system } = process.cpuUsage();
    stdout.write(`${JSON.stringify({ scores, processor: (user + system) / 1000 })}\n`);
  }
}
