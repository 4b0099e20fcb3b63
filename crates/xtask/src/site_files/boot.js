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

/**
 * Starts a worker by a blob that imports the same-origin module, so that it inherits the page's policy. Messages that
 * come before the module listens are kept for it; what broke before the page listens is kept in `broken`.
 */
const startEngine = (folder, build) => {
  const [module, id] = [`${folder}/worker.js`, build].map((text) => JSON.stringify(text));
  const script = `const early = [];
const keep = (event) => early.push(event.data);
addEventListener('message', keep);
import(${module}).then((engine) => engine.default().then(() => engine.start(${id}))).then(() => {
removeEventListener('message', keep);
for (const data of early) dispatchEvent(new MessageEvent('message', { data }));
}, (error) => postMessage(String(error)));`;
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module' });
  worker.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') worker.broken = data;
  });
  worker.addEventListener('error', (event) => {
    worker.broken = event.message || 'it could not be loaded';
  });
  return worker;
};

/** The first worker is started before the page's program runs, and handed out once. */
let first = null;
globalThis.opsfestEngine = (folder, build) => {
  const worker = first ?? startEngine(folder, build);
  first = null;
  return worker;
};

const startFirst = () => {
  const word = (name) => document.querySelector(`meta[name="opsfest-${name}"]`)?.content ?? '';
  if (word('page') !== 'lesson') return;
  try {
    first = startEngine(new URL(`${word('root')}engine/${word('engine')}`, document.baseURI).href, word('engine'));
  } catch {
    // The page tries again, and says what is wrong.
  }
};

/** Compiled while it arrives, unless the host sends it under another type. */
const compiled = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the host answered ${response.status} for ${url.pathname}`);
  const streams = response.headers.get('content-type')?.startsWith('application/wasm');
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
};

// A module's own path is the only one that holds under every route; the program asks when a file is first shown.
globalThis.opsfestEditor = () => import('./@EDITOR@');

try {
  if (typeof WebAssembly !== 'object') throw new TypeError('WebAssembly is switched off');
  const script = import('./@JS@');
  // On a slow line the page comes first: it can be read and typed into while the worker is on its way.
  const module = await compiled(new URL('./@WASM@', import.meta.url));
  startFirst();
  const bindings = await script;
  const wasm = await bindings.default({ module_or_path: module });
  window.wasmBindings = bindings;
  dispatchEvent(new CustomEvent('TrunkApplicationStarted', { detail: { wasm } }));
} catch (error) {
  refusal(error);
  throw error;
}
