// Preloaded into Azurite: its time is the test's (tests/clock.py), and its answers take as long as
// a far-away storage's.
"use strict";

const fs = require("node:fs");
const http = require("node:http");

const { TEST_CLOCK, STORAGE_DELAY_MS } = process.env;

if (TEST_CLOCK) {
  const file = fs.openSync(TEST_CLOCK, "r");
  const bytes = Buffer.alloc(8);
  const SystemDate = Date;
  const now = () => {
    fs.readSync(file, bytes, 0, 8, 0);
    const told = bytes.readDoubleLE(); // milliseconds; NaN while no test moves it
    return Number.isNaN(told) ? SystemDate.now() : Math.round(told);
  };
  globalThis.Date = new Proxy(SystemDate, {
    apply: () => new SystemDate(now()).toString(),
    construct: (target, args) => (args.length ? new target(...args) : new target(now())),
    get: (target, name) => (name === "now" ? now : target[name]),
  });
}

const delay = Number(STORAGE_DELAY_MS || 0);
if (delay) {
  const emit = http.Server.prototype.emit;
  http.Server.prototype.emit = function (event, ...args) {
    if (event !== "request") return emit.call(this, event, ...args);
    setTimeout(() => emit.call(this, event, ...args), delay);
    return true;
  };
}
