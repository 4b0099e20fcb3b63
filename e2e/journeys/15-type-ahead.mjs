// The world is long on its way, on a slow line: the terminal takes lines already, and runs them in order when it is there.

import { log, ready, terminal } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { violations } from '../axe.mjs';

export const name = 'type-ahead';

export const run = async ({ page, baseUrl, expect, shot }) => {
  let arrive;
  const arrived = new Promise((go) => {
    arrive = go;
  });
  await page.route('**/engine/*/first.wasm', (route) => arrived.then(() => route.continue()));
  await page.goto(baseUrl + lesson0.path);
  await terminal(page).waitFor({ state: 'visible' });
  for (const line of ['cd web', 'pwd']) {
    await terminal(page).fill(line);
    await terminal(page).press('Enter');
    await expect.text(log(page), line);
  }
  await terminal(page).fill('echo still typing');
  expect.equal(await violations(page), [], 'axe finds nothing while the world is on its way');
  await shot('ahead');
  arrive();
  await ready(page);
  await expect.text(log(page), /\/home\/learner\/web/);
  expect.equal(await terminal(page).inputValue(), 'echo still typing', 'what is not sent yet stays');
  await terminal(page).press('Enter');
  await expect.text(log(page), /^still typing$|\nstill typing|still typing.*still typing/s);
  await shot('there');
};
