// Lesson 0 without a pointer: Tab, arrows, Enter and Space do everything, and nothing traps the focus.

import { names, passed, ready, shopVersion, step, tabTo } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';

export const name = 'keyboard-only';

export const run = async ({ page, baseUrl, expect, shot }) => {
  const { steps } = lesson0;
  const { keyboard } = page;
  const line = async (text) => {
    await keyboard.type(text);
    await keyboard.press('Enter');
    await expect.text(page.getByRole('log', { name: names.log }), text);
    await ready(page);
  };

  await page.goto(baseUrl);
  await tabTo(page, new RegExp(lesson0.title));
  await keyboard.press('Enter');
  await ready(page);

  const version = await shopVersion(page, lesson0.version);
  await step(page, steps.find).getByRole('textbox').focus();
  await keyboard.type(version);
  await keyboard.press('Enter');
  await passed(page, steps.find);

  await tabTo(page, names.input);
  for (const text of lesson0.edit) await line(text);
  await passed(page, steps.edit);

  await step(page, steps.guess).getByRole('radio').first().focus();
  const wanted = step(page, steps.guess).getByRole('radio', { name: lesson0.prediction });
  const options = await step(page, steps.guess).getByRole('radio').count();
  await keyboard.press('Space');
  for (let at = 0; at < options && !(await wanted.isChecked()); at += 1) await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await passed(page, steps.guess);

  await tabTo(page, names.input);
  await line(lesson0.push);

  // Out of the terminal again, backwards, and on to the clock.
  await keyboard.press('Shift+Tab');
  const inside = await page.getByRole('textbox', { name: names.input }).evaluate((input) => input === document.activeElement);
  expect.ok(!inside, 'Shift+Tab leaves the terminal');
  const live = step(page, steps.live, 'passed');
  await tabTo(page, names.play);
  await shot('focus');
  await keyboard.press('Enter');
  await live.waitFor({ state: 'visible', timeout: 120_000 });
};
