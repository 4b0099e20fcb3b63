// Which functions of the worker run in a visit's first moments: `node e2e/used.mjs FOLDER MESSAGES` prints their numbers.
// FOLDER has a worker that tells them (`rest.mark`), MESSAGES is what a page sends, written by `opsfest first`.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUSY, OPENED, PANICKED, REFUSED, parts, standIn } from './messages.mjs';

const [folder, messages] = process.argv.slice(2);
if (!folder || !messages) {
  console.error('usage: node e2e/used.mjs FOLDER MESSAGES');
  process.exit(2);
}
const TICKS_MAX = 100;
// So many messages are played again with a clock that jumps: a slow machine does a command in slices, a tick each.
const SLOW_MESSAGES = 12;
let [clock, jump] = [0, 0];
Object.defineProperty(globalThis, 'performance', { value: { now: () => (clock += jump) } });
const used = new Set();
const { instantiate } = WebAssembly;
const rest = { mark: (number) => used.add(number) };
WebAssembly.instantiate = (module, imports) => instantiate(module, { ...imports, rest });
const worker = await import(pathToFileURL(resolve(folder, 'worker.js')).href);
await worker.default({ module_or_path: await readFile(join(folder, 'worker_bg.wasm')) });
standIn();
let [opened, busy] = [0, false];
globalThis.postMessage = ([kind, ...words]) => {
  if (kind === OPENED) opened += 1;
  if (kind === BUSY) busy = words[0] === 1;
  if (kind === REFUSED || kind === PANICKED) throw new Error(`the worker says ${Buffer.from(words).toString('utf8')}`);
};
const say = (message) => globalThis.onmessage(new MessageEvent('message', { data: new Uint8Array(message) }));
const [tick, build, ...sent] = parts(await readFile(messages));
worker.start(build.toString());
const play = (message) => {
  say(message);
  // A world that plays is busy without end.
  for (let left = TICKS_MAX; busy && left > 0; left -= 1) say(tick);
};
sent.forEach(play);
jump = 1_000;
sent.slice(0, SLOW_MESSAGES).forEach(play);
if (opened === 0) throw new Error('no lesson was opened');
console.log([...used].sort((a, b) => a - b).join('\n'));
