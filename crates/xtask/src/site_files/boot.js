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

// A module's own path is the only one that holds under every route; the program asks when a file is first shown.
globalThis.opsfestEditor = () => import('./@EDITOR@');

try {
  if (typeof WebAssembly !== 'object') throw new TypeError('WebAssembly is switched off');
  const bindings = await import('./@JS@');
  const wasm = await bindings.default({ module_or_path: new URL('./@WASM@', import.meta.url) });
  window.wasmBindings = bindings;
  dispatchEvent(new CustomEvent('TrunkApplicationStarted', { detail: { wasm } }));
} catch (error) {
  refusal(error);
  throw error;
}
