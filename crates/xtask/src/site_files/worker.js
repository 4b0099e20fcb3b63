// The worker's module in two halves: the first runs as soon as it is here; the rest is linked to it when it arrives, or
// fetched at once by the first call of what is in it.
import init from './bound.js';

export * from './bound.js';

let first = null;
let linked = false;

/** Puts a half's constant data where they go: how many pieces, each one's distance and length, then the bytes of all. */
const fill = (module) => {
  const bytes = new Uint8Array(WebAssembly.Module.customSections(module, 'd')[0]);
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

/** Links the second half, once. */
export const link = (rest) => {
  if (linked) return;
  linked = true;
  fill(rest);
  new WebAssembly.Instance(rest, { first });
};

/** In the midst of a call nothing can be waited for, so this request is a synchronous one, as a worker may make it. */
const fetched = () => {
  const request = new XMLHttpRequest();
  request.open('GET', new URL('rest.wasm', import.meta.url), false);
  request.responseType = 'arraybuffer';
  request.send();
  if (request.status !== 200) throw new Error(`the host answered ${request.status} for rest.wasm`);
  return request.response;
};

/** Starts the first half. `bytes` gives those of the rest when a call wants it. */
export default async ({ module_or_path, bytes = fetched }) => {
  const { instantiate } = WebAssembly;
  const load = () => link(new WebAssembly.Module(bytes()));
  // The bindings know nothing of the split: the one import that it adds is added here, and the data are brought before
  // anything runs.
  WebAssembly.instantiate = async (given, imports) => {
    const made = await instantiate(given, { ...imports, rest: { load } });
    const { module = given, instance = made } = made;
    first = instance.exports;
    fill(module);
    return made;
  };
  try {
    await init({ module_or_path });
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  return first;
};
