// Before any program runs, every route can be read: headline, brief, steps and the way to start.

import { lesson0 } from '../lesson0.mjs';

export const name = 'without-scripts';
export const options = { javaScriptEnabled: false };

export const run = async ({ page, baseUrl, expect, shot, guard }) => {
  await page.goto(baseUrl);
  await expect.visible(page.getByRole('heading', { level: 1 }));
  await page.getByRole('link', { name: lesson0.title }).first().click();
  await expect.visible(page.getByRole('heading', { level: 1, name: lesson0.title }));
  expect.equal(page.url(), baseUrl + lesson0.path, 'the link leads to the lesson');
  await expect.visible(page.getByRole('link', { name: /^Start/ }));
  expect.equal(await page.getByRole('list', { name: 'Steps' }).getByRole('listitem').count(), lesson0.count, 'steps');
  await shot('lesson');
  guard.allow(/status of 404/);
  const answer = await page.goto(`${baseUrl}no/such/place/`);
  expect.equal(answer.status(), 404, 'an unknown address');
  await expect.visible(page.getByRole('link', { name: /line-up/ }));
};
