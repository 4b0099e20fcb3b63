// 360 px: everything can be read and the brief's questions answered; nothing has to be scrolled sideways.

import { ready } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { find } from '../solve.mjs';
import { violations } from '../axe.mjs';

export const name = 'narrow';
export const options = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

export const run = async ({ page, baseUrl, expect, shot }) => {
  for (const path of ['', 'line-up/', 'real-simulated-missing/']) {
    await page.goto(baseUrl + path);
    await expect.visible(page.getByRole('heading').first());
    expect.equal(await sideways(page), 0, `/${path} is wider than the screen`);
    expect.equal(await violations(page), [], `axe finds nothing on /${path}`);
  }
  await page.goto(baseUrl + lesson0.path);
  await page.getByRole('tab', { name: /^Terminal/ }).first().click();
  await ready(page);
  expect.equal(await sideways(page), 0, 'the lesson is wider than the screen');
  await find(page);
  await shot('lesson');
};
