// Figures of the engines in wasm, built as the site's worker is: `node e2e/bench-wasm.mjs ENGINE_FOLDER`. Each line is
// `NAME value unit (compared with PEER: ratio)`.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node e2e/bench-wasm.mjs ENGINE_FOLDER');
  process.exit(2);
}
const PODS = 10_000;
const NODES = 100;
const STEADY_SECS = 1_800;
const worker = await import(pathToFileURL(join(folder, 'worker.js')).href);
const { memory } = await worker.default({ module_or_path: await readFile(join(folder, 'worker_bg.wasm')) });
const proofs = new URL('../build/lessons/proofs/', import.meta.url);
const lesson = await readFile(new URL('devops-00-ship-your-first-release.bin', proofs));

const print = (name, value, unit, peer, whole) =>
  console.log(`${name} ${value.toFixed(1)} ${unit} (compared with ${peer}: ${(value / whole).toFixed(3)})`);

const millis = (work) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

// First, for wasm's memory only grows.
const crowd = new worker.Filled(NODES);
const before = memory.buffer.byteLength;
const filling = millis(() => crowd.fill(PODS));
if (crowd.available() !== PODS) throw new Error(`${crowd.available()} of ${PODS} pods are available`);
print('wasm_crowd_10000_pods', PODS / (filling / 1e3), 'pods/s', 'real time', 1);
print('wasm_crowd_pod_memory', (memory.buffer.byteLength - before) / PODS, 'bytes', 'aim 4,000 bytes', 4_000);
crowd.free();

const hour = new worker.Hour(lesson);
const took = [];
for (let at = 0; at < hour.places(); at += 1) took.push(millis(() => hour.seek(at)));
took.sort((a, b) => a - b);
print('wasm_rewind_hour_max', took.at(-1), 'ms', 'budget 200 ms', 200);
print('wasm_rewind_hour_p95', took[Math.floor((took.length - 1) * 0.95)], 'ms', 'budget 200 ms', 200);
hour.free();

const steady = new worker.Steady(lesson);
const passing = millis(() => steady.advance(STEADY_SECS));
print('wasm_steady_lesson_0', STEADY_SECS / (passing / 1e3), 'virtual s/s', 'real time', 1);
