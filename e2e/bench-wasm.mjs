// Figures of the engines in wasm, built as the site's worker is: `node e2e/bench-wasm.mjs ENGINE_FOLDER`. Each line is
// `NAME value unit (compared with PEER: ratio)`. With `PODS NODES` behind it, only how a cluster of that size fills.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, pods, nodes] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node e2e/bench-wasm.mjs ENGINE_FOLDER [PODS NODES]');
  process.exit(2);
}
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

/** One deployment of so many pods until all are available, by processor time. */
const fill = (pods, nodes) => {
  const name = `wasm_crowd_${pods}_pods_${nodes}_nodes`;
  const crowd = new worker.Filled(nodes);
  const before = memory.buffer.byteLength;
  const start = process.cpuUsage();
  crowd.fill(pods);
  const secs = process.cpuUsage(start).user / 1e6;
  if (crowd.available() !== pods) throw new Error(`${crowd.available()} of ${pods} pods are available`);
  print(`${name}_processor_time`, secs, 's', 'aim 300 s', 300);
  print(name, pods / secs, 'pods/s', 'aim 2,000 pods/s', 2_000);
  print(`${name}_pod_memory`, (memory.buffer.byteLength - before) / pods, 'bytes', 'aim 4,000 bytes', 4_000);
  print(`${name}_memory`, memory.buffer.byteLength / 1e6, 'MB', 'aim 1,000 MB', 1_000);
  crowd.free();
};

if (pods) {
  fill(Number(pods), Number(nodes));
  process.exit(0);
}

// First, for wasm's memory only grows.
fill(10_000, 100);

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
