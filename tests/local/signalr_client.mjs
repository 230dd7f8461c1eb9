// The official SignalR client, driven by the tests: prints one JSON line for each thing that happens.
// Usage: node signalr_client.mjs URL ACCESS_TOKEN TARGET…   (standard input: "stop", or a method to invoke)
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../frontend/package.json", import.meta.url));
const { HubConnectionBuilder, LogLevel } = require("@microsoft/signalr");

const [url, accessToken, ...targets] = process.argv.slice(2);
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

const connection = new HubConnectionBuilder()
  .withUrl(url, { accessTokenFactory: () => accessToken })
  .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => 200 }) // without end
  .configureLogging(LogLevel.None)
  .build();

for (const target of targets) {
  connection.on(target, (...received) => {
    tell({ event: "message", target, arguments: received });
  });
}
connection.onreconnecting(() => tell({ event: "reconnecting" }));
connection.onreconnected(() => tell({ event: "reconnected", id: connection.connectionId }));
connection.onclose((error) => tell({ event: "closed", error: error?.message ?? null }));

try {
  await connection.start();
  tell({ event: "connected", id: connection.connectionId });
} catch (error) {
  tell({ event: "refused", error: error.message });
  process.exit(1);
}
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "stop") {
    break;
  }
  const answer = await connection.invoke(line).catch((error) => error);
  tell({ event: "answered", error: answer?.message ?? null });
}
await connection.stop();
process.exit(0);
