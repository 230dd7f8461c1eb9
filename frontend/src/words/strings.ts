/** Every word the page says. An expression is an appearance: "looks happy", never "is happy". */
import { signal } from '@preact/signals';
import { formatsOf } from './formats.ts';

const format = formatsOf('en');
const { isolated } = format;

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
    declaration: 'Whoever runs this site declares:',
    previewLabel: 'Your camera, as you see yourself',
    cameraOff: 'Your camera is off',
    askingDevices: 'Your browser asks whether it may use camera and microphone…',
    nameMissing: 'Please write your name first.',
    nameTooLong: (characters: number, most: number) =>
      `Your name has ${format.number(characters)} characters; at most ${format.number(most)} fit.`,
    nameCharacter: (character: string, position: number) =>
      `Character ${format.number(position)} of your name (${character}) cannot be shown. Please leave it out.`,
    elsewhere:
      'You are in this call in another tab already. If you join here too, you are in it twice.',
  },
  consent: {
    label: 'Read my expression and show it to everybody in this call',
    more: 'What is read, who sees it, and for how long',
    readFirst: 'Please read this first. Then tick the box if you agree.',
    summary: 'If you agree, an emoji of what your expression looks like appears at your face.',
    points: [
      'Live: every two seconds the faces in one picture from your camera are read. When asked: only when somebody presses “Read everyone now”.',
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
    automatic: 'Default',
    automaticOf: (label: string) => `Default (${isolated(label)})`,
    level: 'Microphone level',
    heard: 'The microphone hears something',
    silence: 'The microphone hears nothing',
    standsIn: {
      camera: (label: string) => `Your camera is gone. ${isolated(label)} stands in for it.`,
      microphone: (label: string) =>
        `Your microphone is gone. ${isolated(label)} stands in for it.`,
    },
    isBack: {
      camera: (label: string) => `Camera in use again: ${isolated(label)}.`,
      microphone: (label: string) => `Microphone in use again: ${isolated(label)}.`,
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
        muted:
          'Your camera is held back, perhaps by a phone call or a privacy switch. It goes on by itself afterwards; if not, turn it off and on.',
        failed: 'Your camera could not be started.',
      },
      microphone: {
        missing: 'No microphone was found. The others will not hear you.',
        denied:
          'Your browser does not allow the microphone here. Allow it with the icon in the address bar, then unmute.',
        busy: 'Another program uses your microphone. Close it, then unmute.',
        unsupported: 'This browser gives no access to a microphone on this page.',
        lost: 'Your microphone was unplugged or stopped. Unmute when it is back.',
        muted:
          'Your microphone is held back, perhaps by a phone call or a privacy switch. It goes on by itself afterwards; if not, mute and unmute it.',
        failed: 'Your microphone could not be started.',
      },
    },
  },
  call: {
    you: (name: string) => `${isolated(name)} (you)`,
    people: (count: number, capacity: number) =>
      `${format.number(count)} of ${format.number(capacity)} people here`,
    video: {
      mesh: 'Video goes straight from person to person',
      opentok: 'Video goes over OpenTok’s servers',
    },
    alone: 'You are alone in this call. Send somebody the link.',
    readEveryone: 'Read everyone now',
    readEveryoneHint: 'Everybody who agreed is read once, now',
    read: 'Read my expression',
    howRead: 'How I am read',
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
  habits: {
    talking: 'You are talking, and your microphone is muted.',
    soundHeldBack: 'Your browser holds back the sound of this call.',
    turnSoundOn: 'Turn sound on',
    sounds: 'Sound when somebody comes or goes',
    time: 'Your time in this call',
    fullScreen: 'Full screen',
    leaveFullScreen: 'Leave full screen',
    ownPicture: 'Show me my own picture',
    ownPictureHint: 'The others see it all the same, and your emoji stays in a line of its own.',
    mirrored: 'Mirror my own picture',
    flip: 'Turn the camera round',
  },
  pace: {
    legend: 'When I am read',
    live: 'Live',
    liveHint: 'every two seconds',
    asked: 'When asked',
    askedHint: 'only when somebody presses “Read everyone now”',
    off: 'Off',
    needsReading: 'You are not read. Switch on “Read my expression” first.',
    reads: {
      service:
        'The service reads the faces in your camera’s pictures and deletes each in a second.',
      device: 'Your browser reads the faces in your camera’s pictures; no picture leaves it.',
    },
    sees: {
      everybody: 'Everybody in this call sees the emoji.',
      self: 'You alone see your emoji.',
    },
    kept: 'No reading is stored.',
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
  door: {
    title: 'The door',
    waitTitle: 'Waiting to be let in',
    waitHint: (name: string) =>
      `The door of this call is closed. Its host sees your name, ${isolated(name)}, and can let you in.`,
    giveUp: 'Stop waiting',
    knocks: (name: string) => `${isolated(name)} asks to come in.`,
    letIn: 'Let in',
    letInNamed: (name: string) => `Let in ${isolated(name)}`,
    refuse: 'Refuse',
    refuseNamed: (name: string) => `Refuse ${isolated(name)}`,
    close: 'Close the door',
    closedHint: 'The door is closed: who comes waits until a host lets them in.',
    openHint: 'The door is open: whoever has the link can come in.',
    opened: (name: string) =>
      `${isolated(name)} opened the door: whoever has the link can come in.`,
    closed: (name: string) => `${isolated(name)} closed the door: who comes waits for a host.`,
    noHost: 'No host is here any more, so the door is open: whoever has the link can come in.',
    mute: 'Mute',
    muteNamed: (name: string) => `Mute ${isolated(name)}`,
    muteAll: 'Mute everybody else',
    askedToMute: (name: string) =>
      `Asked ${isolated(name)} to be muted. They can unmute themselves.`,
    askedAllToMute: 'Asked everybody else to be muted. They can unmute themselves.',
    mutedBy: (name: string) => `${isolated(name)} muted you. You can unmute yourself.`,
    makeHost: 'Make host',
    makeHostNamed: (name: string) => `Make ${isolated(name)} a host`,
    unmakeHost: 'No host any more',
    unmakeHostNamed: (name: string) => `Make ${isolated(name)} no host any more`,
    youAreHost: 'You are a host of this call now.',
    remove: 'Remove',
    removeNamed: (name: string) => `Remove ${isolated(name)}`,
    removeSure: (name: string) =>
      `Remove ${isolated(name)} from this call? The door will be closed.`,
    removeYes: 'Yes, remove',
    removedNamed: (name: string) => `${isolated(name)} was removed. The door is closed.`,
    cancel: 'Cancel',
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
    opened:
      'The host opened this call: everybody sees the emoji of those who agree. Yours is still seen by you alone.',
    showMine: 'Show mine to everybody',
    keepMine: 'Keep it to myself',
    whoSees: 'Who sees the emoji',
    others: 'Others’ emoji',
    hideOthers: 'Hide others’ emoji on this screen',
    showOthers: 'Show others’ emoji',
    othersOff: 'Others’ emoji are hidden',
    shown: 'Shown',
    hidden: 'Hidden',
    sharesEmpty: 'How the room looks will be shown here, once three people are read.',
    sharesMeaning:
      'The mean of what was read in the last seconds. It tells what faces look like, and can be wrong.',
    emojiOf: (name: string) => `Emoji of ${isolated(name)}`,
    size: 'Size of the emoji',
    sizeOf: (name: string) => `Size of the emoji of ${isolated(name)}`,
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
        ? `At present of ${format.list(names.map(isolated))}, who agreed to be read.`
        : 'At present of nobody: no one here agreed to be read.',
    notRead: (names: readonly string[]) => `Not read: ${format.list(names.map(isolated))}.`,
    nothing: 'nothing read',
    part: (word: string, percent: number) => `${word} ${format.percent(percent)}`,
    said: (word: string, ownWord: string) => `${word} (${ownWord})`,
    says: (title: string, words: string) => `${isolated(title)}: ${words}`,
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
      everyone: 'Read everyone now',
      pace: 'Read me live, or only when asked',
      read: 'Read my expression, or stop',
      people: 'People',
      expressions: 'Expressions',
      fullscreen: 'Full screen, or leave it',
      shortcuts: 'This list',
    },
  },
  tile: {
    reading: 'Being read',
    readingForYou: 'Only you see this',
    ownWord: 'own word',
    looksByOwnWord: (word: string) => `looks ${word}, in their own word`,
    isRead: 'Is read',
    isReadUnnamed: 'Only they see it',
    readWhenAsked: 'Read when asked',
    notRead: 'Not read',
    hindrance: {
      away: 'Away',
      offline: 'Not read: offline',
      'camera-off': 'Not read: camera off',
      'camera-paused': 'Not read: camera paused',
      reconnecting: 'Not read: reconnecting',
      interrupted: 'Not read',
    },
    pin: (name: string) => `Pin ${isolated(name)}`,
    unpin: 'Unpin',
    screen: (name: string) => `${isolated(name)}’s screen`,
    ownScreen: 'Your screen',
    stopScreen: 'Stop sharing',
    mirrors: 'You share your whole screen. It is not repeated here: it would show itself.',
    quality: { fair: 'Weak connection', poor: 'Poor connection' },
    connecting: 'Connecting…',
    reconnecting: 'Reconnecting…',
    unreachable: 'No video connection',
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
      'cut-off': 'Face partly outside the picture',
      'reader-unavailable': 'Reading is unavailable',
    },
  },
  problem: {
    'hub-lost': 'Live updates are interrupted. Reconnecting…',
    'hub-blocked':
      'Your network or browser blocks a kind of connection that calls need (WebSocket), so neither video nor readings come. Try another network, or one without VPN or filter. Trying again…',
    'api-away': 'The service does not answer. Trying again…',
    'video-away': 'The video could not be started; reading goes on. Trying again…',
    'video-refused':
      'The video service refuses this call; reading goes on. Whoever runs this site should look at its keys.',
    'video-unreachable':
      'The video service cannot be reached; your network may block it; reading goes on. Trying again…',
    'video-blocked':
      'A network, yours or another person’s, blocks direct video connections; reading goes on. Try another network, such as a phone’s, or one without VPN. Whoever runs this site can add a TURN server.',
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
    'upload-refused': 'Your picture was refused, so it was not read. Trying again…',
    'storage-away': 'Your pictures do not reach the service, so you are not read. Trying again…',
    'consent-unsaved': 'Your choice about being read is not saved yet. Trying again…',
    'camera-black': 'Your camera delivers no picture to read. Trying again…',
    'capture-unsupported':
      'This browser cannot make a picture of your camera, so you are not read. Another one can.',
    'capture-noise':
      'Your browser hides pictures from this page, to protect you from being recognised, so you are not read. Allow this page to use canvas data, or use another browser.',
    offline:
      'You are offline, so you are not read. All goes on as soon as there is a network again.',
  },
  notice: {
    backAgain: 'Connected again.',
    nobodyConsents: 'Nobody here agreed to be read, so nobody was asked.',
    askedEverybody: 'Everyone was asked.',
    cannotBeRead: (whom: readonly string[]) => `Not read now: ${format.list(whom)}.`,
    nobodyCanBeRead: (whom: readonly string[]) =>
      `Nobody can be read just now: ${format.list(whom)}.`,
    noAnswer: (whom: readonly string[]) => `No answer yet from ${format.list(whom.map(isolated))}.`,
    who: (name: string, why: string) => `${isolated(name)} (${why})`,
    why: {
      away: 'away',
      offline: 'offline',
      'camera-off': 'camera off',
      'camera-paused': 'camera paused',
      reconnecting: 'reconnecting',
      interrupted: 'reading interrupted',
      off: 'reading off',
    },
    asked: (name: string) => `${isolated(name)} asked to read everyone now.`,
    joined: (name: string) => `${isolated(name)} joined.`,
    left: (name: string) => `${isolated(name)} left.`,
    looks: (name: string, words: readonly string[]) =>
      `${isolated(name)} looks ${format.list(words)}.`,
    dismiss: 'Dismiss',
    tryAgain: 'Try again',
  },
  refused: {
    'unknown-room': 'This call does not exist any more, or the link is not complete.',
    'room-full': 'This call is full. Try again when somebody has left.',
    'door-crowded': 'Many people wait to be let in. Please try again in a few minutes.',
    'too-many-knocks': 'Too many people knock just now. Please try again in a minute.',
    'not-waiting': 'They do not wait any more.',
    'host-named': 'One more host is named already. Take that back first.',
    'is-host': 'Who started this call stays its host and cannot be removed.',
    'video-unavailable':
      'They are removed, but the video service did not answer. Remove them again if you still see them.',
    'invalid-name': 'Please use a name of 1 to 60 ordinary characters.',
    'creation-key-wrong': 'Starting a call here needs the right key.',
    'storage-unavailable': 'The service is not ready just now. Please try again in a moment.',
    'storage-busy': 'Many people are joining this call just now. Please try again in a moment.',
    'host-required': 'Only a host of the call can change this.',
    'consent-required': 'You are not read at present, so there is nothing to correct.',
    'frame-too-old': 'That reading is too old. Correct the one that is shown now.',
    'unknown-participant': 'Your place in the call was lost. Join again.',
    'ticket-expired': 'Your place in the call was lost. Join again.',
    unexpected: 'Something went wrong. Reload the page and try again.',
    'too-many-rooms': 'Too many calls were started from here. Please try again later.',
    'too-many-joins': 'Too many people are joining just now. Please try again in a minute.',
    'too-many-captures': 'That was asked too often. Please try again in a minute.',
    'too-many-changes': 'The room was opened too often. Please try again in a minute.',
    'too-many-messages': 'That was asked too often. Please try again in a minute.',
    unreachable: 'The service does not answer. Check your connection and try again.',
    'not-loaded':
      'A part of this page could not be loaded. Check your connection, then reload the page: there may be a newer version.',
  },
  unsupported: {
    title: 'This browser cannot show this page',
    lacks: (things: readonly string[]) => `It lacks: ${format.list(things)}.`,
    things: {
      popover: 'menus over the page (popover)',
      websocket: 'lasting connections (WebSocket)',
      'resize-observer': 'layout that follows its size (ResizeObserver)',
      'media-stream': 'camera pictures (MediaStream)',
      abort: 'ending what takes too long (AbortController)',
    },
    browsers: 'It works in Chrome and Edge from 114, Firefox from 125, and Safari from 17.',
  },
  end: {
    left: 'You left the call',
    'room-gone': 'This call is over',
    'room-full': 'The call is full',
    removed: 'A host removed you from this call',
    refused: 'You were not let in',
    'knock-expired': 'Nobody answered',
    again: 'Join again',
    home: 'Start a new call',
    leftHint: 'Your camera and microphone are off.',
    backRead: (name: string) =>
      `You would come back as ${isolated(name)}, and be read as before. You can stop that at once.`,
    backNotRead: (name: string) => `You would come back as ${isolated(name)}, without being read.`,
    goneHint: 'This call does not exist any more.',
    fullHint: 'Your place was taken while you were away.',
    removedHint: 'Your camera and microphone are off. You can ask to be let in again.',
    refusedHint: 'The host of this call did not let you in.',
    unansweredHint: 'No host let you in within ten minutes. Ask them, then try again.',
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
