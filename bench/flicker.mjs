// What the page shows of faces over time, by the page's own filter: used by bench/flicker.py.
//
//   node flicker.mjs STEADY_MODULE PACE_MODULE < SEQUENCES
//
// SEQUENCES is JSON: [{ seconds, looks: [{ at, face }] }], `face` as the service sends it, looking so
// from `at` (s) on. Prints, for each pace, the frames and the changes of what is shown, summed.
const [steadyModule, paceModule] = process.argv.slice(2);
const { steady, needsConfirming } = await import(steadyModule);
const { LIVE_INTERVAL, CONFIRM_PAUSE } = await import(paceModule);

const PHASES = 8; // moments of the first frame, evenly over one interval

let text = '';
for await (const part of process.stdin) text += part;
const sequences = JSON.parse(text);

function play({ seconds, looks }, confirmPause, phase) {
  let filter;
  let shown = null;
  let [frames, changes] = [0, 0];
  for (let now = phase; now < seconds * 1000; ) {
    const { face } = looks.findLast(({ at }) => at * 1000 <= now);
    filter = steady(filter, { capturedAt: now, faces: face ? [face] : [] }, false);
    const [one] = filter.faces;
    const word = one && (one.shown.unsure ? 'unsure' : one.shown.expression);
    if (frames > 0 && word !== shown) changes += 1;
    shown = word;
    frames += 1;
    now += one && needsConfirming(one) ? confirmPause : LIVE_INTERVAL;
  }
  return { frames, changes };
}

function playAll(confirmPause) {
  const sum = { frames: 0, changes: 0, seconds: 0 };
  for (const sequence of sequences) {
    for (let phase = 0; phase < PHASES; phase += 1) {
      const played = play(sequence, confirmPause, (phase * LIVE_INTERVAL) / PHASES);
      sum.frames += played.frames;
      sum.changes += played.changes;
      sum.seconds += sequence.seconds;
    }
  }
  return sum;
}

console.log(JSON.stringify({ late: playAll(LIVE_INTERVAL), soon: playAll(CONFIRM_PAUSE) }));
