// @ts-check
// OpenTok's library as far as the page uses it, in place of the real file. It connects nobody: the
// test says through `openTok` what the session tells the page, and sees what the page published.

/**
 * @import OT from '@opentok/client'
 * @import { OpenTokLibrary } from '../../frontend/src/call/opentok-library.ts'
 */
(() => {
  /** An event source as OpenTok's are. */
  class Emitter {
    /** @type {[string, (event: object) => void][]} */
    handlers = [];

    /** @type {(name: string, handler: (event: object) => void) => void} */
    on(name, handler) {
      this.handlers.push([name, handler]);
    }

    /** @type {(name: string, event?: object) => void} */
    emit(name, event = {}) {
      for (const [wanted, handler] of this.handlers) if (wanted === name) handler(event);
    }
  }

  class Publisher extends Emitter {
    /** @param {OT.PublisherProperties} properties */
    constructor(properties) {
      super();
      this.properties = properties;
      this.audio = properties.publishAudio;
      this.video = properties.publishVideo;
    }

    /** @param {boolean} on */
    publishAudio(on) {
      this.audio = on;
    }

    /** @param {boolean} on */
    publishVideo(on) {
      this.video = on;
    }

    destroy() {
      this.emit('destroyed');
    }
  }

  /** A picture of one colour that never stands still. @type {(colour: string) => MediaStream} */
  const painted = (colour) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [320, 240];
    const context = canvas.getContext('2d');
    let ticks = 0;
    setInterval(() => {
      if (!context) return;
      context.fillStyle = colour;
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = '#fff';
      context.fillRect((ticks++ * 16) % canvas.width, 0, 32, 8);
    }, 66);
    return canvas.captureStream(15);
  };

  class Session extends Emitter {
    /** @type {Publisher[]} */
    published = [];
    /** Of each participant, by id. @type {Map<string, { stream: OT.Stream, colour: string }>} */
    streams = new Map();

    /** @type {(token: string, done: (error?: OT.OTError) => void) => void} */
    connect(_token, done) {
      setTimeout(() => done(openTok.refusal ? { name: openTok.refusal, message: '' } : undefined));
    }

    async disconnect() {}

    /** @type {(publisher: Publisher, done: () => void) => void} */
    publish(publisher, done) {
      this.published.push(publisher);
      setTimeout(done);
    }

    /** @param {Publisher} publisher */
    unpublish(publisher) {
      this.published = this.published.filter((one) => one !== publisher);
    }

    /** @type {(stream: OT.Stream, _target: undefined, _how: object, done: () => void) => Emitter} */
    subscribe(stream, _target, _how, done) {
      const subscriber = Object.assign(new Emitter(), { setPreferredResolution: async () => {} });
      const { colour } = this.streams.get(stream.connection.data) ?? { colour: '' };
      setTimeout(() => {
        subscriber.emit('mediaStreamAvailable', { mediaStream: painted(colour) });
        done();
      });
      return subscriber;
    }

    unsubscribe() {}
  }

  let streams = 0;
  const openTok = {
    /** The name of the error that connecting ends with; empty while it succeeds. */
    refusal: '',
    session: new Session(),

    /** Somebody begins to send a picture of this colour. @type {(id: string, colour: string) => void} */
    send(id, colour) {
      streams += 1;
      /** @type {OT.Stream} */
      const stream = {
        streamId: String(streams),
        connection: { connectionId: `of ${id}`, creationTime: 0, data: id },
        creationTime: streams,
        frameRate: 15,
        hasAudio: true,
        hasCaptions: false,
        hasVideo: true,
        initials: '',
        name: '',
        videoDimensions: { width: 320, height: 240 },
        videoType: 'camera',
      };
      openTok.session.streams.set(id, { stream, colour });
      openTok.session.emit('streamCreated', { stream });
    },

    /** Somebody mutes or unmutes. @type {(id: string, change: Partial<OT.Stream>) => void} */
    change(id, change) {
      const stream = Object.assign(openTok.session.streams.get(id)?.stream ?? {}, change);
      openTok.session.emit('streamPropertyChanged', { stream });
    },

    /** Somebody sends no more. @param {string} id */
    end(id) {
      const stream = openTok.session.streams.get(id)?.stream;
      openTok.session.emit('streamDestroyed', { stream });
    },

    /** What we send at present. */
    sent() {
      return openTok.session.published.map(({ properties, audio, video }) => ({
        audio,
        video,
        camera: /** @type {MediaStreamTrack | null} */ (properties.videoSource ?? null)?.readyState,
      }));
    },
  };

  const library = {
    checkSystemRequirements: () => 1,
    /** @type {(target: undefined, properties: OT.PublisherProperties) => Publisher} */
    initPublisher: (_target, properties) => new Publisher(properties),
    initSession: () => {
      openTok.session = new Session();
      return openTok.session;
    },
  };
  const OT = /** @type {OpenTokLibrary} */ (/** @type {unknown} */ (library));
  Object.assign(window, { OT, openTok });
})();
