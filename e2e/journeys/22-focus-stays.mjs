// The start page is there before its program: who has gone to a link by then stays on it.

import { ready, tabTo, terminal } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';

export const name = 'focus-stays';

export const run = async ({ page, baseUrl, expect }) => {
  // The program comes when somebody has already moved.
  let go;
  const moved = new Promise((done) => (go = done));
  await page.route('**/*_bg.wasm', async (route) => {
    await moved;
    await route.continue();
  });
  await page.goto(baseUrl, { waitUntil: 'commit' });
  await page.getByRole('link', { name: lesson0.title }).first().waitFor();
  await tabTo(page, new RegExp(lesson0.title));
  go();
  await page.locator('.rig').first().waitFor({ state: 'visible' });
  const words = await page.evaluate(() => document.activeElement.textContent);
  expect.ok(words.includes(lesson0.title), `the focus is on “${words}”`);
  await page.keyboard.press('Enter');
  await ready(page);
  expect.ok(await terminal(page).isVisible(), 'Enter opens the lesson');
};
