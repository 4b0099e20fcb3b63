// The state hashes that the engines compute in wasm, one `NAME HASH` line each.
// `node e2e/hashes.mjs ENGINE_FOLDER MESSAGES_FOLDER`: the site's own worker opens solved sessions, as a page asks it to.
// `node e2e/hashes.mjs ENGINE_FOLDER SEEDS`: a worker built with its checks plays random sessions of lesson 0.
import { existsSync, readFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUSY, PANICKED, REFUSED, REPLY, parts, standIn } from './messages.mjs';

const [folder, what] = process.argv.slice(2);
if (!folder || !what) {
  console.error('usage: node e2e/hashes.mjs ENGINE_FOLDER (MESSAGES_FOLDER | SEEDS)');
  process.exit(2);
}
const worker = await import(pathToFileURL(resolve(folder, 'worker.js')).href);
// The site's worker is in parts: here the first call of what is in a late one loads it, as on a page that is in a hurry.
const module = (name) => readFileSync(join(folder, name));
const halves = existsSync(join(folder, 'rest.wasm'));
await worker.default({ module_or_path: module(halves ? 'first.wasm' : 'worker_bg.wasm'), bytes: (name) => module(`${name}.wasm`) });

/** Opens a session in the worker, lets it come to rest, and asks for its hash. */
const open = ([name, build, opening, tick, ask]) => {
  let [busy, hash] = [false, null];
  globalThis.postMessage = (message) => {
    const words = () => Buffer.from(message).toString('utf8');
    if (message[0] === REFUSED || message[0] === PANICKED) throw new Error(`${name}: the worker says ${words()}`);
    if (message[0] === BUSY) busy = message[1] === 1;
    if (message[0] === REPLY) hash = words().slice(-32);
  };
  worker.start(build.toString());
  const say = (data) => globalThis.onmessage(new MessageEvent('message', { data: new Uint8Array(data) }));
  say(opening);
  while (busy) say(tick);
  say(ask);
  return `${name} ${hash}\n`;
};

if (/^\d+$/.test(what)) {
  const proofs = new URL('../build/lessons/proofs/', import.meta.url);
  const first = await readFile(new URL('devops-00-ship-your-first-release.bin', proofs));
  process.stdout.write(worker.random_hashes(first, Number(what)));
} else {
  standIn();
  for (const file of (await readdir(what)).sort()) process.stdout.write(open(parts(await readFile(join(what, file)))));
}
