/** Every word the page says. An expression is an appearance: "looks happy", never "is happy". */
import { signal } from '@preact/signals';
import { formatsOf } from './formats.ts';

const format = formatsOf('en');

/** English, the language every other one is measured by: a key missing there is a type error. */
export const english = {
  format,
  product: 'Video Sentiment',
  tagline: 'A video call that shows what faces look like',
  expressions: {
    anger: 'angry',
    contempt: 'contemptuous',
    disgust: 'disgusted',
    fear: 'afraid',
    happiness: 'happy',
    neutral: 'neutral',
    sadness: 'sad',
    surprise: 'surprised',
  },
  lobby: {
    language: 'Language',
    startTitle: 'Start a call',
    joinTitle: 'Join the call',
    name: 'Your name',
    namePlaceholder: 'How the others see you',
    start: 'Start a new call',
    join: 'Join now',
    busy: 'One moment…',
    link: 'Join with a link',
    linkPlaceholder: 'Paste the link you were sent',
    follow: 'Go to the call',
    wrongLink: 'That is not the link of a call. Copy it whole and try again.',
    creationKey: 'Creation key',
    creationKeyHint: 'Whoever runs this site asks for a key to start calls.',
    previewLabel: 'Your camera, as you see yourself',
    cameraOff: 'Your camera is off',
    askingDevices: 'Your browser asks whether it may use camera and microphone…',
    nameMissing: 'Please write your name first.',
    elsewhere:
      'You are in this call in another tab already. If you join here too, you are in it twice.',
  },
  consent: {
    label: 'Read my facial expression and show it to everybody in this call',
    summary: 'If you agree, an emoji of what your expression looks like appears at your face.',
    points: [
      'Every two seconds, or when somebody presses Analyze, the faces in one picture from your camera are read.',
      'Everybody in this call sees the emoji, or only how the whole room looks where its host chose so; nobody else does.',
      'Each picture is deleted about a second after it was taken. Readings are not stored; the pages of the call show the last ten minutes.',
      'It describes an appearance and can be wrong.',
      'You can stop any time.',
      'Not for use at work or in education in the EU.',
    ],
  },
  device: {
    microphone: 'Microphone',
    camera: 'Camera',
    muteMicrophone: 'Mute microphone',
    unmuteMicrophone: 'Unmute microphone',
    stopCamera: 'Turn camera off',
    startCamera: 'Turn camera on',
    choose: { camera: 'Camera', microphone: 'Microphone', speaker: 'Speaker' },
    automatic: 'Chosen by the browser',
    level: 'Microphone level',
    heard: 'The microphone hears something',
    silence: 'The microphone hears nothing',
    standsIn: {
      camera: (label: string) => `Your camera is gone. ${label} stands in for it.`,
      microphone: (label: string) => `Your microphone is gone. ${label} stands in for it.`,
    },
    isBack: {
      camera: (label: string) => `Camera in use again: ${label}.`,
      microphone: (label: string) => `Microphone in use again: ${label}.`,
    },
    problem: {
      both: {
        denied:
          'Your browser does not allow the camera and the microphone here. Allow them with the icon in the address bar, then turn them on. You can join without them.',
      },
      camera: {
        missing: 'No camera was found. You can join without one.',
        denied:
          'Your browser does not allow the camera here. Allow it with the icon in the address bar, then turn the camera on. You can join without it.',
        busy: 'Another program uses your camera. Close it, then turn the camera on.',
        unsupported: 'This browser gives no access to a camera on this page.',
        lost: 'Your camera was unplugged or stopped. Turn it on again when it is back.',
        failed: 'Your camera could not be started.',
      },
      microphone: {
        missing: 'No microphone was found. The others will not hear you.',
        denied:
          'Your browser does not allow the microphone here. Allow it with the icon in the address bar, then unmute.',
        busy: 'Another program uses your microphone. Close it, then unmute.',
        unsupported: 'This browser gives no access to a microphone on this page.',
        lost: 'Your microphone was unplugged or stopped. Unmute when it is back.',
        failed: 'Your microphone could not be started.',
      },
    },
  },
  call: {
    you: (name: string) => `${name} (you)`,
    people: (count: number, capacity: number) =>
      `${format.number(count)} of ${format.number(capacity)} people here`,
    video: { mesh: 'Video: browser to browser', opentok: 'Video: OpenTok' },
    alone: 'You are alone in this call. Send somebody the link.',
    analyze: 'Analyze',
    analyzeHint: 'Read everybody who agreed, once, now',
    live: 'Live reading',
    liveHint: 'Read me every two seconds',
    read: 'Read my expression',
    copyLink: 'Copy link',
    linkCopied: 'Link copied. Whoever has it can join.',
    linkNotCopied: (link: string) => `Copy this link: ${link}`,
    leave: 'Leave call',
    more: 'More',
    share: 'Share screen',
    smallWindow: 'Picture-in-picture',
    noSmallWindow: 'The small window could not be opened.',
    screenFailed: 'Your screen could not be shared.',
    controls: 'Call controls',
    tiles: 'People in the call',
    legend: 'Expressions seen in this room',
    legendEmpty: 'Expressions read in this room will be counted here.',
    legendMeaning:
      'How many faces look so now; grey ones were seen before. An emoji tells what a face looks like, and can be wrong.',
    legendEntry: (word: string, count: number) => `looks ${word}: ${format.number(count)} now`,
  },
  panel: {
    close: 'Close panel',
    people: 'People',
    expressions: 'Expressions',
    timeline: 'Timeline',
    notLoaded: 'This could not be loaded. Check your connection.',
    ownReadings: 'My readings',
    settings: 'Settings',
    shortcuts: 'Keyboard shortcuts',
    host: 'Host',
    announce: 'Announce expressions',
    announceHint: 'Screen readers are told how people look',
  },
  room: {
    title: 'The room',
    looks: 'The room looks',
    mostly: (word: string) => `The room looks mostly ${word}.`,
    nothing: 'The room: shown once two faces are read',
    tooFew: (people: number) => `Shown once ${format.number(people)} people are read`,
    only: 'Room only',
    onlyHint:
      'Only how the whole room looks is shown, once three people are read. Your own emoji is seen by you alone.',
    openHint: 'Everybody in this call sees the emoji of all who are read.',
    whoSees: 'Who sees the emoji',
    others: 'Others’ readings',
    hideOthers: 'Hide others’ readings',
    showOthers: 'Show others’ readings',
    othersOff: 'Others’ readings are off',
    sharesEmpty: 'How the room looks will be shown here, once three people are read.',
    sharesMeaning:
      'The mean of what was read in the last seconds. It tells what faces look like, and can be wrong.',
    emojiOf: (name: string) => `Emoji of ${name}`,
    size: 'Size of the emoji',
    sizeOf: (name: string) => `Size of the emoji of ${name}`,
    sizes: { small: 'Small', medium: 'Medium', large: 'Large' },
  },
  ownWord: {
    wrong: 'That was wrong',
    choose: 'How do you look, in your own word?',
    said: (word: string) => `Shown in your own word for 20 seconds: ${word}.`,
  },
  timeline: {
    moment: 'Moment to look at',
    now: 'now',
    room: 'The whole room',
    roomOf: (names: readonly string[]) =>
      names.length > 0
        ? `At present of ${format.list(names)}, who agreed to be read.`
        : 'At present of nobody: no one here agreed to be read.',
    notRead: (names: readonly string[]) => `Not read: ${format.list(names)}.`,
    nothing: 'nothing read',
    part: (word: string, percent: number) => `${word} ${format.percent(percent)}`,
    said: (word: string, ownWord: string) => `${word} (${ownWord})`,
    says: (title: string, words: string) => `${title}: ${words}`,
    kept: (since: string) =>
      `You came at ${since}. Ten minutes are kept, in this page alone. Who leaves or stops being read takes their strip along; how the room looked stays.`,
  },
  demonstration: {
    name: 'Demonstration',
    add: 'Add a demonstration participant',
    hint: 'Two photographs in the public domain join this call and are read like a camera',
    present: 'A demonstration takes part: photographs, read like any camera. It agreed to be read.',
    remove: 'Remove demonstration',
  },
  ownReadings: {
    none: 'Nothing was read of you so far.',
    held: (count: number, since: string) =>
      format.plural(count, {
        one: `This page holds ${format.number(count)} reading of you, of ${since}.`,
        other: `This page holds ${format.number(count)} readings of you, since ${since}.`,
      }),
    contents:
      'Each with its time (UTC), the eight scores, or why there was none. They are in this page alone and go when you leave the call.',
    csv: 'Download as CSV',
    json: 'Download as JSON',
    clear: 'Clear my readings',
    clearHint: 'Clearing also empties your strip and the room’s in your timeline.',
    cleared: 'Your readings are cleared from this page.',
  },
  shortcuts: {
    on: 'Use these keys',
    actions: {
      microphone: 'Microphone on or off',
      camera: 'Camera on or off',
      analyze: 'Analyze',
      live: 'Live reading on or off',
      read: 'Read my expression, or stop',
      people: 'People',
      expressions: 'Expressions',
      shortcuts: 'This list',
    },
  },
  tile: {
    reading: 'Being read',
    readingForYou: 'Only you see this',
    ownWord: 'own word',
    looksByOwnWord: (word: string) => `looks ${word}, in their own word`,
    isRead: 'Is read',
    readingOnAnalyze: 'Read when asked',
    notRead: 'Not read',
    notReadCameraOff: 'Not read: camera off',
    pin: (name: string) => `Pin ${name}`,
    unpin: 'Unpin',
    screen: (name: string) => `${name}’s screen`,
    ownScreen: 'Your screen',
    stopScreen: 'Stop sharing',
    quality: { fair: 'Weak connection', poor: 'Poor connection' },
    connecting: 'Connecting…',
    reconnecting: 'Reconnecting…',
    microphoneOff: 'Microphone off',
    cameraOff: 'Camera off',
    looks: (word: string, percent: number) => `looks ${word}, ${format.percent(percent)} sure`,
    unsure: 'unsure',
    unsureOf: 'no clear expression',
    noFaces: 'No face found',
    unread: {
      'no-face': 'No face found',
      unreadable: 'Picture not readable',
      'too-large': 'Picture too large',
      late: 'Read too late',
      'too-small': 'Face too far away',
      'too-dark': 'Face too dark',
      blurred: 'Face too blurred',
      'turned-away': 'Face turned away',
      'reader-unavailable': 'Reading is unavailable',
    },
  },
  problem: {
    'hub-lost': 'Live updates are interrupted. Reconnecting…',
    'api-away': 'The service does not answer. Trying again…',
    'video-away': 'The video could not be started; reading goes on. Trying again…',
    'video-refused':
      'The video service refuses this call; reading goes on. Whoever runs this site should look at its keys.',
    'video-unreachable':
      'The video service cannot be reached; your network may block it; reading goes on. Trying again…',
    'video-full':
      'The video service takes nobody more into this call; reading goes on. Trying again…',
    'video-unsupported':
      'This browser cannot take part in the video. Another one can; reading goes on.',
    'video-device-denied':
      'Your browser does not let the video have your camera or microphone. Allow them with the icon in the address bar, then try again.',
    'video-device-missing': 'The video found no camera or microphone. Plug one in, then try again.',
    'video-device-busy':
      'The video does not get your camera or microphone. Close other programs that use them, then try again.',
    'video-failed': 'Your video could not be sent to the others; reading goes on. Trying again…',
    rejoining: 'Your place in the call was lost. Joining again…',
    'upload-refused': 'The storage refused your picture, so it was not read. Trying again…',
    'storage-away': 'The storage does not answer, so you are not read. Trying again…',
    'consent-unsaved': 'Your choice about being read is not saved yet. Trying again…',
    'camera-black': 'Your camera delivers no picture to read. Trying again…',
  },
  notice: {
    backAgain: 'Connected again.',
    nobodyConsents: 'Nobody here agreed to be read, so there is nothing to analyze.',
    askedEverybody: 'Asked everybody who agreed.',
    asked: (name: string) => `${name} pressed Analyze.`,
    joined: (name: string) => `${name} joined.`,
    left: (name: string) => `${name} left.`,
    looks: (name: string, words: readonly string[]) => `${name} looks ${format.list(words)}.`,
    dismiss: 'Dismiss',
    tryAgain: 'Try again',
  },
  refused: {
    'unknown-room': 'This call does not exist any more, or the link is not complete.',
    'room-full': 'This call is full. Try again when somebody has left.',
    'invalid-name': 'Please use a name of 1 to 60 ordinary characters.',
    'creation-key-wrong': 'Starting a call here needs the right key.',
    'storage-unavailable': 'The service is not ready just now. Please try again in a moment.',
    'storage-busy': 'Many people are joining this call just now. Please try again in a moment.',
    'host-required': 'Only whoever started the call can change this.',
    'consent-required': 'You are not read at present, so there is nothing to correct.',
    'frame-too-old': 'That reading is too old. Correct the one that is shown now.',
    'unknown-participant': 'Your place in the call was lost. Join again.',
    'ticket-expired': 'Your place in the call was lost. Join again.',
    unexpected: 'Something went wrong. Reload the page and try again.',
    'too-many-rooms': 'Too many calls were started from here. Please try again later.',
    'too-many-joins': 'Too many people are joining just now. Please try again in a minute.',
    'too-many-captures': 'That was asked too often. Please try again in a minute.',
    'too-many-messages': 'That was asked too often. Please try again in a minute.',
    unreachable: 'The service does not answer. Check your connection and try again.',
  },
  end: {
    left: 'You left the call',
    'room-gone': 'This call is over',
    'room-full': 'The call is full',
    again: 'Join again',
    home: 'Start a new call',
    leftHint: 'Your camera and microphone are off.',
    goneHint: 'This call does not exist any more.',
    fullHint: 'Your place was taken while you were away.',
  },
} as const;

/** The same keys and parameters, in whatever words. */
type Translation<T> = T extends string
  ? string
  : T extends (...given: infer Given) => string
    ? (...given: Given) => string
    : { readonly [Key in keyof T]: Translation<T[Key]> };

/** What a language has to say. */
export type Strings = Translation<typeof english>;

const spoken = signal<Strings>(english);

/** The words in the language spoken now: a component that reads them is drawn anew by another. */
export const strings: Strings = new Proxy<Strings>(english, {
  get: (_, key) => spoken.value[key as keyof Strings],
});

/** From now on the page speaks this language. */
export function speak(words: Strings): void {
  spoken.value = words;
}
