// Starts the page: loads its program, and says plainly what to do where that is blocked.

const plain = (title, what, advice) => {
  const main = document.createElement('main');
  main.className = 'plain';
  main.dataset.s = 'warn';
  const add = (name, text, parent = main) => {
    const element = document.createElement(name);
    element.textContent = text;
    return parent.appendChild(element);
  };
  add('h1', title);
  add('p', what).className = 'dim';
  const list = add('ul', '');
  for (const line of advice) add('li', line, list);
  const again = add('button', 'Try again');
  again.className = 'btn primary';
  again.type = 'button';
  again.addEventListener('click', () => location.reload());
  document.getElementById('app').replaceChildren(main);
};

const refusal = (error) => {
  if (typeof WebAssembly !== 'object' || error instanceof WebAssembly.CompileError) {
    plain('This browser will not run the world', 'Opsfest needs WebAssembly, and here it is switched off or blocked.', [
      'In Chromium: leave “Enhanced security” off for this site.',
      'In Firefox: set javascript.options.wasm to true.',
      'On a managed computer: ask for WebAssembly to be allowed for this address.',
    ]);
  } else {
    plain('The page could not start', String(error), [
      'Was the connection cut? Try again.',
      'A browser older than two years may lack what this page needs: update it.',
    ]);
  }
};

const word = (name) => document.querySelector(`meta[name="opsfest-${name}"]`)?.content ?? '';
const engineFolder = () => new URL(`${word('root')}engine/${word('engine')}`, document.baseURI).href;

/**
 * Fetches and compiles a module: while it arrives, unless the host sends it under another type. `nearly` is called when
 * most of its `bytes` are here, so that what is wanted next can be asked for before the line falls silent.
 */
const compiled = async (url, bytes = 0, nearly = () => {}) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the host answered ${response.status} for ${new URL(url).pathname}`);
  let left = bytes * 0.7;
  const count = (chunk, next) => {
    const waits = left > 0;
    left -= chunk.byteLength;
    if (waits && left <= 0) nearly();
    next.enqueue(chunk);
  };
  const body = bytes ? response.body.pipeThrough(new TransformStream({ transform: count })) : response.body;
  const whole = new Response(body, { headers: response.headers });
  const streams = response.headers.get('content-type')?.startsWith('application/wasm');
  return streams ? WebAssembly.compileStreaming(whole) : WebAssembly.compile(await whole.arrayBuffer());
};

/** The parts of the worker's module, compiled once for all workers of this page: one after the other. */
const engine = {};
const part = (folder, name, after = Promise.resolve()) => {
  engine[name] ??= after.then(() => compiled(`${folder}/${name}.wasm`));
  // What failed is tried anew by the next worker.
  engine[name].catch(() => delete engine[name]);
  return engine[name];
};
const firstPart = (folder) => part(folder, 'first');

/**
 * Starts a worker by a blob that imports the same-origin script, so that it inherits the page's policy. Messages that
 * come before it listens are kept for it. What breaks is told as a text.
 */
globalThis.opsfestEngine = (folder, build) => {
  const [script, id] = [`${folder}/worker.js`, build].map((text) => JSON.stringify(text));
  const text = `const [parts, early] = [[], []];
let give;
let engine = null;
const first = new Promise((done) => (give = done));
const link = () => { if (engine) parts.splice(1).forEach(engine.link); };
addEventListener('message', (event) => {
  if (!(event.data instanceof WebAssembly.Module)) return engine ?? early.push(event.data);
  event.stopImmediatePropagation();
  parts.push(event.data);
  give(parts[0]);
  link();
});
Promise.all([import(${script}), first]).then(async ([script, module_or_path]) => {
await script.default({ module_or_path });
engine = script;
engine.start(${id});
link();
for (const data of early) dispatchEvent(new MessageEvent('message', { data }));
}).catch((error) => postMessage(String(error)));`;
  const worker = new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })), { type: 'module' });
  const breaks = (error) => worker.dispatchEvent(new MessageEvent('message', { data: String(error) }));
  const first = firstPart(folder);
  const give = (module) => worker.postMessage(module);
  first.then(give).catch(breaks);
  // Should the rest fail to come, the worker asks for it when it needs it.
  part(folder, 'rest', first).then(give).catch(() => {});
  return worker;
};

// A module's own path is the only one that holds under every route; the program asks when a file is first shown.
globalThis.opsfestEditor = () => import('./@EDITOR@');

/** The program draws anew what was there before it, so that a link that has the focus would lose it. */
const keepFocus = () => {
  let to = '';
  addEventListener('focusin', ({ target }) => (to = target.href ?? ''));
  addEventListener('pointerdown', () => (to = ''));
  new MutationObserver(() => {
    if (to && document.activeElement === document.body) [...document.links].find(({ href }) => href === to)?.focus();
  }).observe(document.body, { childList: true, subtree: true });
};
if (word('page') !== 'lesson') keepFocus();

try {
  if (typeof WebAssembly !== 'object') throw new TypeError('WebAssembly is switched off');
  const script = import('./@JS@');
  // On a slow line the page comes first: it can be read and typed into while the worker is on its way.
  const next = () => word('page') === 'lesson' && firstPart(engineFolder());
  const module = await compiled(new URL('./@WASM@', import.meta.url), Number('@BYTES@'), next);
  const bindings = await script;
  const wasm = await bindings.default({ module_or_path: module });
  window.wasmBindings = bindings;
  dispatchEvent(new CustomEvent('TrunkApplicationStarted', { detail: { wasm } }));
} catch (error) {
  refusal(error);
  throw error;
}
