// What must never happen while a learner works: an error in the console, an uncaught error, a request to another
// origin. A journey that provokes one on purpose names it.

export class Guard {
  #origin;
  #found = [];
  #allowed = [];

  constructor(baseUrl) {
    this.#origin = new URL(baseUrl).origin;
  }

  /** From here on, findings that match are wanted. */
  allow(pattern) {
    this.#allowed.push(pattern);
  }

  /** Watches a page of Playwright or Puppeteer: the events have the same names. */
  watch(page) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.#note(`console error: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#note(`page error: ${error.message}`));
    page.on('request', (request) => {
      const url = request.url();
      if (/^(data|blob|about):/.test(url) || new URL(url).origin === this.#origin) return;
      this.#note(`request to another origin: ${url}`);
    });
  }

  #note(sentence) {
    if (!this.#allowed.some((pattern) => pattern.test(sentence))) this.#found.push(sentence);
  }

  /** What was found and not wanted. */
  findings() {
    return [...this.#found];
  }
}
