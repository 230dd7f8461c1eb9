// A camera whose picture the test paints: `camera.scene` is drawn 15 times a second. A screen to
// share is of the colour `camera.screen`. `camera.cameras` are plugged in; each paints the same.
//   scene = { photographs: [{ url, x, y, width, height }], colour }  (pixels of 640 × 480)
(() => {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 480;
  const context = canvas.getContext('2d');
  const pictures = new Map();
  const camera = {
    scene: { photographs: [], colour: null },
    pace: 66, // ms between two pictures
    strip: 8, // px at the top, where something always moves
    missing: false,
    refused: false,
    screen: '#fff',
    cameras: ['Front camera'],
    async show(scene) {
      for (const { url } of scene.photographs) {
        // Not by an image's src: the page's policy forbids pictures from elsewhere.
        const bytes = Uint8Array.from(atob(url.split(',')[1]), (c) => c.charCodeAt(0));
        pictures.set(url, await createImageBitmap(new Blob([bytes])));
      }
      camera.scene = scene;
    },
    unplug() {
      for (const track of tracks) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    },
    /** Cameras come or go; one that goes ends its tracks. */
    plug(cameras) {
      camera.cameras = cameras;
      for (const track of tracks.filter(({ label }) => !cameras.includes(label))) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    },
    /** The browser's own bar ends sharing. */
    endScreen() {
      for (const track of screens) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    },
  };
  const tracks = [];
  const screens = [];
  let ticks = 0;
  const paint = () => {
    setTimeout(paint, camera.pace);
    context.fillStyle = '#444';
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (const { url, x, y, width, height } of camera.scene.photographs) {
      context.drawImage(pictures.get(url), x, y, width, height);
    }
    if (camera.scene.colour) {
      const { fill, x, y, width, height } = camera.scene.colour;
      context.fillStyle = fill;
      context.fillRect(x, y, width, height);
    }
    // Something always moves, so that a frozen video can be told from a living one.
    context.fillStyle = '#444';
    context.fillRect(0, 0, canvas.width, camera.strip);
    context.fillStyle = '#555';
    context.fillRect((ticks++ * 16) % canvas.width, 0, 32, camera.strip);
  };
  paint();
  const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (camera.refused) throw new DOMException('refused', 'NotAllowedError');
    if (constraints.video && (camera.missing || camera.cameras.length === 0)) throw new DOMException('missing', 'NotFoundError');
    const stream = new MediaStream();
    if (constraints.video) {
      const [track] = canvas.captureStream(15).getVideoTracks();
      const wanted = constraints.video.deviceId?.ideal;
      const label = camera.cameras.includes(wanted) ? wanted : camera.cameras[0];
      const settings = { ...track.getSettings(), deviceId: label };
      Object.defineProperty(track, 'label', { value: label });
      track.getSettings = () => settings;
      tracks.push(track);
      stream.addTrack(track);
    }
    if (constraints.audio) {
      const [track] = (await original({ audio: true })).getAudioTracks();
      stream.addTrack(track);
    }
    return stream;
  };
  const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  navigator.mediaDevices.enumerateDevices = async () => [
    ...camera.cameras.map((label) => ({ kind: 'videoinput', deviceId: label, label })),
    ...(await list()).filter(({ kind }) => kind !== 'videoinput'),
  ];
  navigator.mediaDevices.getDisplayMedia = async () => {
    if (camera.refused) throw new DOMException('refused', 'NotAllowedError');
    const screen = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const drawing = screen.getContext('2d');
    setInterval(() => {
      drawing.fillStyle = camera.screen;
      drawing.fillRect(0, 0, screen.width, screen.height);
      drawing.fillStyle = '#555';
      drawing.fillRect((ticks * 16) % screen.width, 0, 32, 8);
    }, 100);
    const stream = screen.captureStream(10);
    screens.push(...stream.getVideoTracks());
    return stream;
  };
  window.camera = camera;
})();
