// The state hashes that the wasm worker computes: `node e2e/hashes.mjs ENGINE_FOLDER`, one `NAME HASH` line each.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node e2e/hashes.mjs ENGINE_FOLDER');
  process.exit(2);
}
const worker = await import(pathToFileURL(join(folder, 'worker.js')).href);
await worker.default({ module_or_path: await readFile(join(folder, 'worker_bg.wasm')) });
const proofs = new URL('../build/lessons/proofs/', import.meta.url);
for (const name of (await readdir(proofs)).sort()) {
  process.stdout.write(worker.hashes(await readFile(new URL(name, proofs))));
}
