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
  expect.ok(!(await terminal(second).isEnabled().catch(() => false)), 'the second tab takes no line');

  await page.close();
  await second.reload();
  await ready(second);
  await expect.gone(banner);
};
