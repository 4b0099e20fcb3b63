// A line that kills the worker: a new one starts without it, says so, and all that was done before is there.
// Replaying must not run the line again, so the same holds after a reload.

import { log, ready, start, terminal, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { edit, find } from '../solve.mjs';

export const name = 'crash';

export const run = async ({ page, baseUrl, expect, shot, guard }) => {
  // The panic itself is written to the console.
  guard.allow(/panicked|unreachable/);
  await start(page, baseUrl, lesson0.title);
  await find(page);
  await edit(page);

  await terminal(page).fill(lesson0.poison);
  await terminal(page).press('Enter');
  const banner = page.getByRole('status').filter({ hasText: /crash|started again|without it/i }).first();
  await expect.visible(banner);
  await ready(page);
  await shot('recovered');
  await type(page, 'git log --oneline -1');
  await expect.text(log(page), /[0-9a-f]{7}.*Announce summer 2026/);

  await page.reload();
  await ready(page);
  await type(page, 'git status --short --branch');
  await expect.text(log(page), /## main/);
};
