// The policy holds in the page and in the worker: neither reaches another origin, neither evaluates text.

import { start } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';

export const name = 'foreign-fetch';

const FOREIGN = 'https://opsfest.invalid/';

export const run = async ({ page, baseUrl, expect, guard }) => {
  guard.allow(/Content Security Policy|Refused to|opsfest\.invalid/);
  const blocked = [];
  page.on('requestfailed', (request) => blocked.push(`${request.url()} ${request.failure()?.errorText}`));
  await start(page, baseUrl, lesson0.title);
  const attempt = (url) => fetch(url).then(() => 'answered', (error) => `refused: ${error.message}`);

  expect.ok((await page.evaluate(attempt, FOREIGN)).startsWith('refused'), 'the page reaches another origin');
  const workers = page.workers();
  expect.ok(workers.length > 0, 'a worker runs');
  for (const worker of workers) {
    expect.ok((await worker.evaluate(attempt, FOREIGN)).startsWith('refused'), 'the worker reaches another origin');
  }
  // `opsfest.invalid` has no address: only the policy's own report proves who refused.
  const reports = await page.evaluate(async (url) => {
    const report = new Promise((seen) => document.addEventListener('securitypolicyviolation', seen, { once: true }));
    await fetch(url).catch(() => {});
    return (await report).effectiveDirective;
  }, FOREIGN);
  expect.equal(reports, 'connect-src', 'the policy refused it');
  for (const worker of workers) {
    const directive = await worker.evaluate(async (url) => {
      const report = new Promise((seen) => addEventListener('securitypolicyviolation', seen, { once: true }));
      await fetch(url).catch(() => {});
      return (await report).effectiveDirective;
    }, FOREIGN);
    expect.equal(directive, 'connect-src', 'the policy refused it in the worker');
  }
};
