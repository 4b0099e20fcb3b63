// The worker's module in two halves: the first runs as soon as it is here; the rest is linked to it when it arrives, or
// fetched at once by the first call of what is in it.
import init from './bound.js';

export * from './bound.js';

let first = null;
let linked = false;

/** Links the second half, once. */
export const link = (rest) => {
  if (linked) return;
  linked = true;
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
  // The bindings know nothing of the split: the one import that it adds is added here.
  WebAssembly.instantiate = (module, imports) => instantiate(module, { ...imports, rest: { load } });
  try {
    first = await init({ module_or_path });
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  return first;
};
