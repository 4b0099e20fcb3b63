// The worker's module in parts: the first runs as soon as it is here; the rest is linked to it when it
// arrives; the others, or a rest that is late, are fetched at once by the first call of what is in them.
import init from './bound.js';

export * from './bound.js';

const LATE = ['rest', 'pure', 'addons', 'tools', 'metrics'];
let first = null;
let load = () => {};
const linked = new Set();

const section = (module, name) => WebAssembly.Module.customSections(module, name)[0];

/** Puts a part's constant data where they go: how many pieces, each one's distance and length, then the bytes of all. */
const fill = (data) => {
  const bytes = new Uint8Array(data);
  let at = 0;
  const number = () => {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = bytes[at++];
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return value;
  };
  const pieces = Array.from({ length: number() }, () => [number(), number()]);
  const memory = new Uint8Array(first.m0.buffer);
  let end = 0;
  for (const [gap, length] of pieces) {
    memory.set(bytes.subarray(at, at + length), end + gap);
    at += length;
    end += gap + length;
  }
};

/** Links a late part, once: its data stand under its name. */
export const link = (part) => {
  const name = LATE.find((name) => section(part, name));
  if (linked.has(name)) return;
  // Data that two late parts can come to are the rest's.
  if (name !== 'rest' && !linked.has('rest')) load('rest');
  linked.add(name);
  fill(section(part, name));
  new WebAssembly.Instance(part, { first });
};

/**
 * In the midst of a call nothing can be waited for, so this request is a synchronous one, as a worker may make it. The
 * page knows the error by its words (`Plain::Missing`): what the learner did is kept, and done when the part is there.
 */
const fetched = (name) => {
  for (let tries = 0; tries < 3; tries += 1) {
    const request = new XMLHttpRequest();
    request.open('GET', new URL(`${name}.wasm`, import.meta.url), false);
    request.responseType = 'arraybuffer';
    try {
      request.send();
    } catch {
      continue;
    }
    if (request.status === 200) return request.response;
  }
  throw new Error(`${name}.wasm did not arrive`);
};

/** Starts the first part. `bytes` gives those of a late one when a call wants it. */
export default async ({ module_or_path, bytes = fetched }) => {
  const { instantiate } = WebAssembly;
  load = (name) => link(new WebAssembly.Module(bytes(name)));
  const late = Object.fromEntries(LATE.map((name) => [name, () => load(name)]));
  // The bindings know nothing of the split: the imports that it adds are added here, and the data are brought before
  // anything runs.
  WebAssembly.instantiate = async (given, imports) => {
    const made = await instantiate(given, { ...imports, late });
    const { module = given, instance = made } = made;
    const data = section(module, 'first');
    // Anybody's module may come by while it starts.
    if (data) {
      first = instance.exports;
      fill(data);
    }
    return made;
  };
  try {
    await init({ module_or_path });
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  return first;
};
