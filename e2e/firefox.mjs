// As much of Playwright's page as the gestures need, over Puppeteer: so that Firefox plays the same journey.
// A locator is a list of stages, looked up in the page each time; waiting is left to the browser.

const LIMIT_MS = 30_000;

const plainPattern = (pattern) =>
  pattern instanceof RegExp ? { source: pattern.source, flags: pattern.flags } : { words: String(pattern) };

// Runs in the page: gives the element that the stages lead to, when it is in the wanted state.
const lookUp = (stages, state) => {
  const ROLES = {
    button: 'button, [role=button], summary',
    combobox: 'select, [role=combobox]',
    link: 'a[href]',
    list: 'ul, ol, [role=list]',
    listitem: 'li',
    log: '[role=log]',
    radio: 'input[type=radio], [role=radio]',
    slider: 'input[type=range], [role=slider]',
    tab: '[role=tab]',
    tabpanel: '[role=tabpanel]',
    textbox: 'input:not([type]), input[type=text], textarea, [role=textbox]',
  };
  const matches = (text, { words, source, flags }) =>
    source === undefined ? text.toLowerCase().includes(words.toLowerCase()) : new RegExp(source, flags).test(text);
  const textOf = (element) => (element.textContent ?? '').replace(/\s+/g, ' ').trim();
  const nameOf = (element) => {
    const others = (element.getAttribute('aria-labelledby') ?? '').split(/\s+/).filter(Boolean);
    const labelled = others.map((id) => document.getElementById(id)).filter(Boolean).map(textOf).join(' ');
    const label = [...(element.labels ?? [])].map(textOf).join(' ');
    return element.getAttribute('aria-label') || labelled || label || textOf(element);
  };
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden';
  };
  const below = (roots, css) => [...new Set(roots.flatMap((root) => [...root.querySelectorAll(css)]))];
  let found = [document];
  for (const stage of stages) {
    if (stage.css) found = below(found, stage.css);
    if (stage.role) {
      const named = (element) => visible(element) && (!stage.name || matches(nameOf(element), stage.name));
      found = below(found, ROLES[stage.role]).filter(named);
    }
    if (stage.text) found = found.filter((element) => matches(textOf(element), stage.text));
    if (stage.at === 'first') found = found.slice(0, 1);
    if (stage.at === 'last') found = found.slice(-1);
  }
  if (state === 'attached') return found[0] ?? null;
  const shown = found.find(visible) ?? null;
  return state === 'hidden' ? !shown : shown;
};

class Locator {
  #page;
  #stages;

  constructor(page, stages) {
    this.#page = page;
    this.#stages = stages;
  }

  #with(stage) {
    return new Locator(this.#page, [...this.#stages, stage]);
  }

  getByRole(role, { name } = {}) {
    return this.#with({ role, name: name && plainPattern(name) });
  }

  locator(css) {
    return this.#with({ css });
  }

  filter({ hasText }) {
    return this.#with({ text: plainPattern(hasText) });
  }

  first() {
    return this.#with({ at: 'first' });
  }

  last() {
    return this.#with({ at: 'last' });
  }

  waitFor({ state = 'visible' } = {}) {
    return this.#page.waitForFunction(lookUp, { polling: 'raf', timeout: LIMIT_MS }, this.#stages, state).catch((error) => {
      throw new Error(`${error.message}: waiting for ${JSON.stringify(this.#stages)} to be ${state}`);
    });
  }

  async #element() {
    return (await this.waitFor()).asElement();
  }

  async isVisible() {
    const handle = await this.#page.evaluateHandle(lookUp, this.#stages, 'visible');
    return handle.asElement() !== null;
  }

  async click() {
    await (await this.#element()).click();
  }

  async press(key) {
    await (await this.#element()).press(key);
  }

  async fill(text) {
    const element = await this.#element();
    await element.evaluate((field) => field.select());
    await element.press('Backspace');
    await element.type(text);
  }

  async selectOption({ label }) {
    const element = await this.#element();
    const value = await element.evaluate(
      (select, wanted) => [...select.options].find((option) => option.label === wanted)?.value,
      label,
    );
    await element.select(value);
  }

  async innerText() {
    return (await this.#element()).evaluate((element) => element.innerText);
  }
}

/** A page of Firefox in Playwright's words. */
export class FirefoxPage {
  #page;

  constructor(page) {
    this.#page = page;
  }

  on(event, handler) {
    this.#page.on(event, handler);
  }

  goto(url) {
    return this.#page.goto(url);
  }

  getByRole(role, options) {
    return new Locator(this.#page, []).getByRole(role, options);
  }

  locator(css) {
    return new Locator(this.#page, []).locator(css);
  }

  screenshot(options) {
    return this.#page.screenshot(options);
  }

  close() {
    return this.#page.close();
  }
}
