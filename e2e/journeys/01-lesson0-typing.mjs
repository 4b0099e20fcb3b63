// Lesson 0 by typing, from the first page to the customers: in Chromium and in Firefox.

import { panel, playUntil, start, step } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { edit, find, push } from '../solve.mjs';

export const name = 'lesson0-typing';
export const browsers = ['chromium', 'firefox'];

export const run = async ({ page, baseUrl, expect, shot }) => {
  const { steps } = lesson0;
  await start(page, baseUrl, lesson0.title);
  await shot('start');
  await expect.text(await panel(page, 'Shop'), lesson0.oldHeadline);
  await find(page);
  await edit(page);
  await push(page);
  await shot('running');
  await playUntil(page, step(page, steps.ship, 'passed'));
  await playUntil(page, step(page, steps.live, 'passed'));
  await expect.text(await panel(page, 'Shop'), lesson0.headline);
  await shot('passed');
};
