// The times at which people's pages take frames, on a virtual clock: used by bench/linkage.py.
//
//   node pace_times.mjs PACE_MODULE SECONDS JOINED...   prints one list of times for each person
//
// PACE_MODULE is the page's own pace, bundled. All times are in seconds.
const [module, seconds, ...joined] = process.argv.slice(2);
const { Pace } = await import(module);

let now = 0;
let timers = [];
let last = 0;
globalThis.setTimeout = (run, delay = 0) => {
  timers.push({ id: ++last, due: now + Math.max(delay, 0), run });
  return last;
};
globalThis.clearTimeout = (id) => {
  timers = timers.filter((timer) => timer.id !== id);
};

function person(joinedAt) {
  const times = [];
  let present = false;
  const pace = new Pace({
    allowed: () => present,
    random: () => true,
    send: async () => {
      times.push(now / 1000);
      const frame = String(times.length).padStart(13, '0');
      setTimeout(() => pace.settle(frame), 30);
      return frame;
    },
    report: () => {},
    now: () => now,
  });
  pace.setLive(true);
  setTimeout(() => {
    present = true;
    pace.check();
  }, joinedAt * 1000);
  return times;
}

const everybody = joined.map((at) => person(Number(at)));
while (timers.length > 0 && now < seconds * 1000) {
  timers.sort((a, b) => a.due - b.due || a.id - b.id);
  const timer = timers.shift();
  now = timer.due;
  timer.run();
  for (let turn = 0; turn < 10; turn += 1) await null;
}
console.log(JSON.stringify(everybody));
