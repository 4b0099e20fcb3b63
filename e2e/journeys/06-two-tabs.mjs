// One world, two tabs: the second says that the first has it and changes nothing; it may take it over.

import { ready, start, terminal } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';

export const name = 'two-tabs';

export const run = async ({ page, baseUrl, expect, newPage }) => {
  await start(page, baseUrl, lesson0.title);
  const second = await newPage();
  await second.goto(baseUrl + lesson0.path);
  const banner = second.getByRole('status').filter({ hasText: /other tab|another tab/i }).first();
  await expect.visible(banner);
  expect.ok(!(await terminal(second).isEnabled({ timeout: 1_000 }).catch(() => false)), 'the second tab takes no line');

  await page.close();
  // A tab that is closing may hold the lesson for a moment longer.
  await second.addInitScript(() => {
    const { locks } = navigator;
    const request = locks.request.bind(locks);
    let refused = 0;
    locks.request = (name, options, granted) =>
      refused++ === 0 ? Promise.resolve(granted(null)) : request(name, options, granted);
  });
  await second.reload();
  await ready(second);
  await expect.gone(banner);
};
