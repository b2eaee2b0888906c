// Does with the JavaScript client what the suite says: commands come as lines of JSON, and what the client tells goes
// out the same way, marked with the number of what was begun. Its words are in client_drivers.py.
//
//     node drive_client.mjs MODULE PACKAGES

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [, , module, packages] = process.argv;
const { ChatClient } = await import(pathToFileURL(module));
const WebSocket = createRequire(`${packages}/`)("ws"); // Node 20 has none of its own

const clients = new Map();
const replies = new Map();

function tell(number, told) {
  process.stdout.write(`${JSON.stringify({ number, ...told })}\n`);
}

const ofError = ({ message, status, fields, passing }) => ({ message, status, fields, passing });

const handlers = (number) => ({
  onopen: () => tell(number, { open: true }),
  onevent: (event) => tell(number, { event }),
  ondelta: (delta) => tell(number, { delta }),
  onerror: (error) => tell(number, { error: ofError(error) }),
  onabort: () => tell(number, { aborted: true }),
  onclose: ({ status, text, id }) => tell(number, { closed: { status, text, id } }),
});

const does = {
  begin({ number, options, verb, given, known: { last_event_id, ...known }, at }) {
    const client = clients.get(at) ?? new ChatClient({ ...options, WebSocket });
    clients.set(number, client);
    const told = { ...handlers(number), ...known, ...(last_event_id && { lastEventId: last_event_id }) };
    replies.set(number, client[verb](...given, told));
  },
  async call({ number, options, verb, given }) {
    const client = new ChatClient({ ...options, WebSocket });
    await client[verb](...given).then(
      (answer) => tell(number, { answer }),
      (error) => tell(number, { error: ofError(error) }),
    );
  },
  leave: ({ number }) => replies.get(number).leave(),
  abort: ({ number }) => replies.get(number).abort(),
  stop: ({ number }) => replies.get(number).stop().then(({ status }) => tell(number, { answer: status })),
  async iterate({ number, count = -1 }) {
    for await (const delta of replies.get(number)) {
      tell(number, { yielded: delta });
      if (--count === 0) break;
    }
    tell(number, { iterated: true });
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { action, ...said } = JSON.parse(line);
  does[action](said);
}
