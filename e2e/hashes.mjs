// The state hashes that the engines compute in wasm, one `NAME HASH` line each: `node e2e/hashes.mjs ENGINE_FOLDER` after
// the lessons' solutions, `node e2e/hashes.mjs ENGINE_FOLDER SEEDS` after random sessions of lesson 0.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, seeds] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node e2e/hashes.mjs ENGINE_FOLDER [SEEDS]');
  process.exit(2);
}
const worker = await import(pathToFileURL(join(folder, 'worker.js')).href);
await worker.default({ module_or_path: await readFile(join(folder, 'worker_bg.wasm')) });
const proofs = new URL('../build/lessons/proofs/', import.meta.url);
if (seeds) {
  const first = await readFile(new URL('devops-00-ship-your-first-release.bin', proofs));
  process.stdout.write(worker.random_hashes(first, Number(seeds)));
} else {
  for (const name of (await readdir(proofs)).sort()) {
    process.stdout.write(worker.hashes(await readFile(new URL(name, proofs))));
  }
}
