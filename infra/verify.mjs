// Walks the way of a frame against a running deployment, as its page does, and prints each step's
// milliseconds. Where one fails it says what to do (docs/deploy.md, When no emoji comes) and exits 1.
//
//   node infra/verify.mjs PAGE_URL
//
// ROOM_CREATION_KEY creates the room where the deployment asks for a key; VERIFY_SECONDS is how long
// each step may take. It needs what `npm ci` installs in frontend/: the SignalR client of the page.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const require = createRequire(new URL("../frontend/package.json", import.meta.url));
const { HttpTransportType, HubConnectionBuilder, LogLevel } = require("@microsoft/signalr");

if (!URL.canParse(process.argv[2] ?? "")) {
  console.error("error: the page's address is needed, with its https://");
  process.exit(1);
}
const page = new URL(process.argv[2]);
const patience = 1000 * Number(process.env.VERIFY_SECONDS ?? 30);
const picture = await readFile(new URL("../tests/faces/astronaut.jpg", import.meta.url));

/** What one step leaves to those after it. */
const found = {};

/** A step that did not go as it should; its cure is the step's, unless it has one of its own. */
class Failure extends Error {
  constructor(message, cure = "") {
    super(message);
    this.cure = cure;
  }
}

const asked = (url, options = {}) =>
  fetch(url, { ...options, redirect: "manual", signal: AbortSignal.timeout(patience) });

async function ask(method, route, body, wanted) {
  const answer = await asked(`${found.api}/api/${route}`, {
    method,
    headers: {
      "Content-Type": "application/json",
      Origin: page.origin,
      ...(found.ticket && { Authorization: `Bearer ${found.ticket}` }),
    },
    body: JSON.stringify(body ?? {}),
  });
  const text = await answer.text();
  if (answer.status !== wanted) throw new Failure(`${answer.status} ${text.slice(0, 300)}`);
  letsIn(answer);
  return text ? JSON.parse(text) : {};
}

/** Whether the answer may be read by the page, where it comes from another origin. */
function letsIn(answer) {
  if (new URL(answer.url).origin === page.origin) return;
  const allowed = answer.headers.get("access-control-allow-origin");
  if (allowed !== page.origin && allowed !== "*") {
    throw new Failure(`the answer lets in ${allowed ?? "no origin"}, not ${page.origin}`);
  }
}

async function preflight(url, method, headers) {
  if (new URL(url).origin === page.origin) return "one origin: no preflight";
  const answer = await asked(url, {
    method: "OPTIONS",
    headers: {
      Origin: page.origin,
      "Access-Control-Request-Method": method,
      "Access-Control-Request-Headers": headers,
    },
  });
  if (!answer.ok) throw new Failure(`${answer.status} to the preflight`);
  letsIn(answer);
  const allowed = (answer.headers.get("access-control-allow-headers") ?? "").toLowerCase();
  const missing = headers.split(",").filter((it) => allowed !== "*" && !allowed.includes(it));
  if (missing.length > 0) throw new Failure(`the preflight lets through no ${missing.join(", ")}`);
  return `kept for ${answer.headers.get("access-control-max-age") ?? 5} s`;
}

async function put(headers = {}) {
  const answer = await asked(found.upload.url, {
    method: "PUT",
    headers: {
      Origin: page.origin,
      "Content-Type": "image/jpeg",
      "x-ms-blob-type": "BlockBlob",
      "x-ms-meta-capturedat": String(Date.now()),
      "x-ms-meta-mode": "open",
      ...headers,
    },
    body: picture,
  });
  await answer.text();
  return answer;
}

/** Each: its name, what it does (and may say), and what to do where it fails. */
const STEPS = [
  [
    "page",
    async () => {
      const answer = await asked(page).catch((error) => {
        throw new Failure(`${error.message} ${error.cause ?? ""}`, UNREACHED);
      });
      if (!answer.ok) throw new Failure(`${answer.status}`);
      const policy = answer.headers.get("content-security-policy");
      if (!policy) throw new Failure("no Content-Security-Policy");
      return "";
    },
    "infra/deploy.sh, with the variables of the last deployment, uploads the page with its headers",
  ],
  [
    "configuration",
    async () => {
      const answer = await asked(new URL("config.json", page));
      const config = answer.ok ? await answer.json().catch(() => null) : null;
      if (typeof config?.api !== "string") throw new Failure(`${answer.status}, no config.json`);
      found.api = config.api || page.origin;
      found.pictures = config.reading !== "device";
      const host = new URL(found.api).host;
      return found.pictures ? host : `${host}; no pictures are sent: pages read by themselves`;
    },
    "infra/deploy.sh, with the variables of the last deployment, writes config.json",
  ],
  [
    "functions' CORS",
    () => preflight(`${found.api}/api/rooms`, "POST", "authorization,content-type"),
    "open the page at the address deploy.sh printed; the function app's CORS lists that one",
  ],
  [
    "room",
    async () => {
      const key = process.env.ROOM_CREATION_KEY;
      found.room = (await ask("POST", "rooms", key ? { creationKey: key } : {}, 201)).room;
      return "";
    },
    "404 or no answer: the app did not start, and its log says which setting is wrong. 403: set " +
      "ROOM_CREATION_KEY; a new one may reach the app after a day (docs/deploy.md, Rotate keys). " +
      "429: as many walks as rooms are allowed in an hour; try again in the next. 503: storage " +
      "refuses the app; new roles take up to ten minutes",
  ],
  [
    "join",
    async () => {
      const body = { name: "Deployment check", consent: true };
      const joined = await ask("POST", `rooms/${found.room}/participants`, body, 201);
      found.participant = joined.participant;
      found.ticket = joined.ticket;
      return "";
    },
    "503: storage refuses the app; new roles take up to ten minutes",
  ],
  [
    "hub",
    async () => {
      const route = `rooms/${found.room}/participants/${found.participant}/negotiate`;
      const { url, accessToken } = await ask("POST", route, {}, 200);
      const connection = new HubConnectionBuilder()
        .withUrl(url, {
          accessTokenFactory: () => accessToken,
          transport: HttpTransportType.WebSockets,
        })
        .configureLogging(LogLevel.None)
        .build();
      found.connection = connection;
      found.told = new Promise((resolve) => {
        const hear = (target) => (body) => {
          if (body.frame === found.upload?.frame) resolve({ target, body });
        };
        for (const target of ["reading", "unread"]) connection.on(target, hear(target));
      });
      await within(connection.start(), "the WebSocket did not open");
      return new URL(url).host;
    },
    "500: SignalR refuses the app, whose role takes up to half an hour; after a change of " +
      "SIGNALR_TIER its address takes up to an hour. The WebSocket: SignalR's " +
      "CORS lists the page, and this network lets WebSockets through",
  ],
  [
    "presence",
    async () => {
      const { participants } = await ask("POST", `rooms/${found.room}/presence`, {}, 200);
      if (participants.length !== 1) throw new Failure(`${participants.length} people are here`);
      return "";
    },
    "500 with an empty body: SignalR refuses what the app sends; its role takes up to half an hour",
  ],
  [
    "upload ticket",
    async () => {
      const route = `rooms/${found.room}/upload-tickets`;
      [found.upload] = (await ask("POST", route, { count: 1 }, 200)).uploads;
      return new URL(found.upload.url).host;
    },
    "503: storage gives the app no delegation key; the role takes up to ten minutes",
  ],
  [
    "storage's CORS",
    () =>
      preflight(
        found.upload.url,
        "PUT",
        "content-type,x-ms-blob-type,x-ms-meta-capturedat,x-ms-meta-mode",
      ),
    "open the page at the address deploy.sh printed; the storage account's CORS lists that one",
  ],
  [
    "upload",
    async () => {
      found.uploading = performance.now();
      const answer = await put();
      if (answer.status !== 201) throw new Failure(`${answer.status}`);
      letsIn(answer);
      return `${picture.length} bytes`;
    },
    "403: a clock that is wrong, or the delegation key's role is not known yet",
  ],
  [
    "reading",
    async () => {
      const { target, body } = await within(found.told, "nothing was told of the frame");
      const took = Math.round(performance.now() - found.uploading);
      if (target === "unread") throw new Failure(`unread: ${body.reason}`, UNREAD[body.reason]);
      const [face] = body.faces;
      return `looks ${face.expression}, by ${body.reader}, ${took} ms after the upload began`;
    },
    "the event did not come, or what was read did not: is the system topic's metric 'delivered' " +
      "above nothing? If not, run AZURE_ENV_NAME=NAME infra/subscribe.sh. SignalR's metrics show " +
      "messages; a free tier's day may be used up",
  ],
  [
    "deletion",
    async () => {
      // The ticket may create what is not there, and nothing else: 201 says that the frame is gone.
      const answer = await put({ "If-None-Match": "*" });
      if (answer.status !== 201) throw new Failure(`${answer.status}: the frame is still there`);
      return "the frame is gone";
    },
    "the app's identity may not delete blobs: its role on the storage account; the timer tries again " +
      "every five minutes and logs how many are left",
  ],
  [
    "leave",
    async () => {
      await ask("DELETE", `rooms/${found.room}/participants/${found.participant}`, {}, 204);
      return "";
    },
    "503: storage refuses the app",
  ],
];

/** What a deployment does not do whose pages read by themselves (READING=device). */
const OF_PICTURES = new Set(["upload ticket", "storage's CORS", "upload", "reading", "deletion"]);

const UNREACHED =
  "no server answers at this address. Where only a proxy leads out, which Node.js does not use, " +
  "run this in another network";

const UNREAD = {
  late: "the app was cold, or frames queue up: run this again; then more memory or warm instances",
  "reader-unavailable": "Azure Face refuses, or the reader did not load: the app's log says why",
};

function within(promise, otherwise) {
  const limit = AbortSignal.timeout(patience);
  return Promise.race([
    promise.catch((error) => {
      throw new Failure(`${otherwise}: ${error.message}`);
    }),
    new Promise((_, reject) => {
      limit.addEventListener("abort", () => reject(new Failure(otherwise)));
    }),
  ]);
}

const say = (name, ms, text) =>
  console.log(`${name.padEnd(16)}${ms.padStart(7)}  ${text}`.trimEnd());

async function walk() {
  say("step", "ms", "");
  for (const [name, step, cure] of STEPS) {
    if (OF_PICTURES.has(name) && !found.pictures) continue;
    const began = performance.now();
    try {
      const text = await step();
      say(name, String(Math.round(performance.now() - began)), text);
    } catch (error) {
      const why = error instanceof Failure ? error.message : `${error.message} ${error.cause ?? ""}`;
      say(name, "FAILED", why);
      console.log(`\n${error.cure || cure}.\ndocs/deploy.md, When no emoji comes, says more.`);
      return 1;
    }
  }
  return 0;
}

const status = await walk();
await found.connection?.stop().catch(() => undefined);
process.exit(status);
