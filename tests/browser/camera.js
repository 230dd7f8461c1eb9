// A camera whose picture the test paints: `camera.scene` is drawn ten times a second. A screen to
// share is of the colour `camera.screen`. `camera.cameras` are plugged in; each paints the same. A
// phone's are 'Facing front' and 'Facing back'.
//   scene = { photographs: [{ url, x, y, width, height }], colour }  (pixels of 640 × 480, or of 480 × 640)
(() => {
  if (!navigator.mediaDevices) return; // no page of ours: `about:blank`
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 480;
  const context = canvas.getContext('2d');
  const pictures = new Map();
  const camera = {
    scene: { photographs: [], colour: null },
    pace: 100, // ms between two pictures
    strip: 8, // px at the top, where something always moves
    missing: false,
    refused: false,
    used: false, // whether the page has asked for it
    /** Whether any camera is on. */
    get on() {
      return tracks.some(({ readyState }) => readyState === 'live');
    },
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
    /** As when a phone is turned: the picture's width and height change places. */
    turn() {
      [canvas.width, canvas.height] = [canvas.height, canvas.width];
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
  const asIs = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
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
    if (constraints.video && (camera.missing || camera.cameras.length === 0))
      throw new DOMException('missing', 'NotFoundError');
    const stream = new MediaStream();
    if (constraints.video) {
      camera.used = true;
      const [track] = canvas.captureStream(15).getVideoTracks();
      const wanted = constraints.video.deviceId?.ideal;
      const looking = { user: 'Facing front', environment: 'Facing back' };
      const side = looking[constraints.video.facingMode];
      const label = [wanted, side, camera.cameras[0]].find((one) => camera.cameras.includes(one));
      const facingMode = Object.keys(looking).find((mode) => looking[mode] === label);
      const settings = {
        ...track.getSettings(),
        deviceId: label,
        ...(facingMode && { facingMode }),
      };
      Object.defineProperty(track, 'label', { value: label });
      track.getSettings = () => settings;
      tracks.push(track);
      stream.addTrack(track);
    }
    if (constraints.audio) {
      // Its sound is a beep: to clean it would take a tenth of a core.
      const [track] = (await original({ audio: asIs })).getAudioTracks();
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
