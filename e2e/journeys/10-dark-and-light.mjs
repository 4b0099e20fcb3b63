// Dark, as the system asks for it, then light by the button: axe finds nothing in either, at the start, while
// the release runs, and when the lesson is passed.

import { panel, playUntil, start, step } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { edit, find, push } from '../solve.mjs';
import { violations } from '../axe.mjs';

export const name = 'dark-and-light';
export const options = { colorScheme: 'dark' };

export const run = async ({ page, baseUrl, expect, shot }) => {
  const clean = async (state) => {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      expect.equal(await violations(page), [], `axe finds nothing: ${state}, ${colorScheme}`);
    }
    await shot(state);
  };
  await page.goto(baseUrl);
  await expect.visible(page.getByRole('heading', { level: 1 }));
  await clean('home');
  await start(page, baseUrl, lesson0.title);
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const [red, green, blue] = background.match(/[\d.]+/g).map(Number);
  expect.ok(red + green + blue < 200, `dark is dark, not ${background}`);
  await clean('start');

  await find(page);
  await edit(page);
  await push(page);
  for (const name of ['Pipelines', 'Argo CD', 'Cluster', 'Git', 'Files', 'Shop']) {
    await panel(page, name);
    await clean(`running-${name.replace(' ', '-').toLowerCase()}`);
  }
  await playUntil(page, step(page, lesson0.steps.live, 'passed'));
  await clean('passed');
};
