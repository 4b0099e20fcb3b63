// A reload in the middle loses nothing: files, history of the terminal, steps and clock are as they were.

import { log, panel, passed, ready, start, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { edit, find } from '../solve.mjs';

export const name = 'reload';

export const run = async ({ page, baseUrl, expect, shot }) => {
  await start(page, baseUrl, lesson0.title);
  await find(page);
  await edit(page);
  const clock = await page.getByRole('group', { name: /clock/ }).getByRole('time').textContent();

  await page.reload();
  await ready(page);
  await passed(page, lesson0.steps.find);
  await passed(page, lesson0.steps.edit);
  await expect.text(log(page), /git commit -am/);
  expect.equal(await page.getByRole('group', { name: /clock/ }).getByRole('time').textContent(), clock, 'the clock stood still');
  await type(page, 'git log --oneline -1');
  await expect.text(log(page), /[0-9a-f]{7}.*Announce summer 2026/);
  await expect.text(await panel(page, 'Git'), lesson0.message);
  await shot('after');
};
