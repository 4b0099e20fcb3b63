// Runs the browser journeys on the built site: `node e2e/run.mjs [NAME…]`. Every journey has its own browser
// profile; the last line is `N passed, N failed`.

import { mkdir, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launchChromium, launchFirefox } from './browsers.mjs';
import { expect } from './expect.mjs';
import { FirefoxPage } from './firefox.mjs';
import { Guard } from './guard.mjs';
import { serve } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = process.env.OPSFEST_DIST ?? join(here, '../dist');
const shots = join(here, 'shots');
const LIMIT_MS = 30_000;

const load = async (wanted) => {
  const files = (await readdir(join(here, 'journeys'))).filter((file) => file.endsWith('.mjs')).sort();
  const journeys = await Promise.all(files.map((file) => import(pathToFileURL(join(here, 'journeys', file)))));
  const chosen = journeys.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
  return chosen.flatMap((journey) => (journey.browsers ?? ['chromium']).map((browser) => ({ journey, browser })));
};

/** A new profile, and how to open pages in it. */
const profile = async (browsers, kind, options) => {
  if (kind === 'firefox') {
    browsers.firefox ??= launchFirefox();
    const context = await (await browsers.firefox).createBrowserContext();
    return { context, open: async () => new FirefoxPage(await context.newPage()) };
  }
  browsers.chromium ??= launchChromium();
  const defaults = { viewport: { width: 1366, height: 768 }, reducedMotion: 'reduce' };
  const context = await (await browsers.chromium).newContext({ ...defaults, ...options });
  context.setDefaultTimeout(LIMIT_MS);
  return { context, open: () => context.newPage() };
};

/** Runs one journey; gives what was wrong, nothing when all was right. */
const play = async (browsers, baseUrl, { journey, browser }) => {
  const { context, open } = await profile(browsers, browser, journey.options);
  const guard = new Guard(baseUrl);
  const newPage = async () => {
    const page = await open();
    guard.watch(page);
    return page;
  };
  const page = await newPage();
  const shot = (state) => page.screenshot({ path: join(shots, `${journey.name}-${browser}-${state}.png`) });
  let error = null;
  try {
    await journey.run({ page, context, baseUrl, expect, shot, guard, newPage, browser });
  } catch (thrown) {
    error = thrown;
    await shot('failed').catch(() => {});
  }
  const findings = guard.findings();
  await context.close();
  return [...(error ? [error.stack ?? String(error)] : []), ...findings];
};

const main = async () => {
  if (!existsSync(join(dist, 'index.html'))) throw new Error('there is no dist/: run `cargo xtask build`');
  await rm(shots, { recursive: true, force: true });
  await mkdir(shots, { recursive: true });
  const site = await serve({ dist });
  const browsers = {};
  let [passed, failed] = [0, 0];
  for (const one of await load(process.argv.slice(2))) {
    const start = performance.now();
    const wrong = await play(browsers, site.url, one);
    const secs = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${wrong.length === 0 ? 'pass' : 'FAIL'}  ${one.journey.name} (${one.browser}, ${secs} s)`);
    for (const sentence of wrong) console.log(`      ${sentence.replaceAll('\n', '\n      ')}`);
    if (wrong.length === 0) passed += 1;
    else failed += 1;
  }
  await Promise.all(Object.values(browsers).map(async (browser) => (await browser).close()));
  await site.close();
  if (passed + failed === 0) throw new Error('no journey has this name');
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
};

main().catch((error) => {
  console.error(`e2e: ${error.message}`);
  console.log('0 passed, 1 failed');
  process.exit(1);
});
