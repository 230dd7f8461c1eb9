// Preloaded into Azurite: says each answered request as one line of JSON on standard output.
//
// Azurite's own access log lacks what an event tells of a new blob: its size, type and ETag. The
// query is not said but for the operation, since it may hold a signature.
"use strict";
const http = require("node:http");

const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, request, response, ...rest) {
  if (event === "request") sayAtItsEnd(request, response);
  return emit.call(this, event, request, response, ...rest);
};

// Not at the response's "finish", which never comes where a client has gone: a page that is closed
// while it uploads leaves a blob all the same.
function sayAtItsEnd(request, response) {
  const { end } = response;
  let said = false;
  response.end = function (...rest) {
    const ended = end.apply(this, rest);
    if (!said) say(request, response);
    said = true;
    return ended;
  };
}

function say(request, response) {
  const url = new URL(request.url, "http://azurite");
  const { headers } = request;
  const said = {
    method: request.method,
    path: url.pathname,
    comp: url.searchParams.get("comp"),
    restype: url.searchParams.get("restype"),
    status: response.statusCode,
    length: Number(headers["content-length"] ?? 0),
    copies: "x-ms-copy-source" in headers,
    blobType: headers["x-ms-blob-type"],
    contentType: headers["x-ms-blob-content-type"] ?? headers["content-type"],
    etag: response.getHeader("etag"),
  };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
