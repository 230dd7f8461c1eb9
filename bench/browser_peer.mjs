// A peer reads the camera in this page, as its documentation says: `ready` when it is warm, `begin(ms)` and
// `end()` around a measured time, `seen` what it read last.
const name = location.search.slice(1);
const modules = '/node_modules';
const wasm = `${modules}/@tensorflow/tfjs-backend-wasm/dist/`;
const video = document.querySelector('video');

async function faceApi() {
  const api = await import(`${modules}/@vladmandic/face-api/dist/face-api.esm.js`);
  api.tf.setWasmPaths(wasm);
  await api.tf.setBackend('wasm');
  await api.tf.ready();
  const models = `${modules}/@vladmandic/face-api/model`;
  await api.nets.ssdMobilenetv1.loadFromUri(models);
  await api.nets.faceExpressionNet.loadFromUri(models);
  return async () => {
    const face = await api.detectSingleFace(video).withFaceExpressions();
    return face?.expressions.asSortedArray()[0].expression;
  };
}

async function human() {
  const { Human } = await import(`${modules}/@vladmandic/human/dist/human.esm.js`);
  const off = { enabled: false };
  const reader = new Human({
    backend: 'wasm',
    wasmPath: wasm,
    modelBasePath: `${modules}/@vladmandic/human/models/`,
    cacheSensitivity: 0, // each picture is read, also one like the last
    gesture: off,
    body: off,
    hand: off,
    object: off,
    face: { iris: off, description: off, emotion: { enabled: true } },
  });
  await reader.load();
  await reader.warmup();
  return async () => (await reader.detect(video)).face[0]?.emotion?.[0]?.emotion;
}

video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
await video.play();
const read = await { 'face-api': faceApi, human }[name]();
globalThis.seen = String(await read());

let timer;
const times = [];
async function once() {
  const began = performance.now();
  globalThis.seen = String(await read());
  times.push(performance.now() - began);
}
globalThis.begin = (pause) => {
  timer = setInterval(once, pause);
};
globalThis.end = () => {
  clearInterval(timer);
  return times;
};
globalThis.ready = true;
