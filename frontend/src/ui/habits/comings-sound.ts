/** A quiet sound when somebody comes or goes: two notes, up or down. */
import { comings, type Room } from '../../room/room.ts';

/** Whether somebody came or went. */
export type Coming = 'came' | 'went';

const PAUSE = 3_000; // ms between two sounds: many who come together are one event
const NOTES = { came: [587, 880], went: [880, 587] } as const; // Hz: a fifth
const NOTE = 0.16; // s
const LOUDNESS = 0.05; // of full scale
const OVER = 2_000; // ms; by then it has sounded, or the browser holds the audio back, as during a phone call

/** Decides which changes of a room make a sound: at most one in 3 s, and none for ourselves. */
export class ComingsHeard {
  #room: Room | null = null;
  #soundAt = Number.NEGATIVE_INFINITY;

  /** The sound for the room's change to `room` at `now` (ms), or null. */
  follow(room: Room, now: number): Coming | null {
    const former = this.#room;
    this.#room = room;
    if (!former) return null;
    const { came, went } = comings(former, room);
    if (came.length + went.length === 0 || now - this.#soundAt < PAUSE) return null;
    this.#soundAt = now;
    return came.length > 0 ? 'came' : 'went';
  }
}

/** Plays it from a speaker ('' is the usual one), where the browser lets the page be heard. */
export async function playComing(coming: Coming, speaker: string): Promise<void> {
  if (typeof AudioContext === 'undefined') return;
  const context: AudioContext & { setSinkId?(id: string): Promise<void> } = new AudioContext();
  try {
    if (speaker) await context.setSinkId?.(speaker);
  } catch {
    // One that has just gone: the usual one sounds.
  }
  const gain = context.createGain();
  gain.connect(context.destination);
  gain.gain.value = 0;
  const start = context.currentTime;
  NOTES[coming].forEach((frequency, n) => {
    const note = context.createOscillator();
    const at = start + n * NOTE;
    note.frequency.value = frequency;
    note.connect(gain);
    // Each swells and fades: what begins at once clicks.
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(LOUDNESS, at + NOTE / 8);
    gain.gain.linearRampToValueAtTime(0, at + NOTE);
    note.start(at);
    note.stop(at + NOTE);
  });
  setTimeout(() => void context.close(), OVER);
}
