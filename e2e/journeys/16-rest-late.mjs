// The worker's second half is lost on its way: the first command that wants it fetches it, and nobody notices.

import { log, ready, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';

export const name = 'rest-late';

export const run = async ({ page, baseUrl, expect, guard }) => {
  guard.allow(/status of 503/);
  let asked = 0;
  await page.route('**/engine/*/rest.wasm', (route) => {
    asked += 1;
    return asked === 1 ? route.fulfill({ status: 503, body: 'busy' }) : route.continue();
  });
  await page.goto(baseUrl + lesson0.path);
  await ready(page);
  await type(page, 'cd web');
  const before = asked;
  await type(page, 'git shortlog; git describe; git reflog; git tag v9 && git tag');
  await expect.text(log(page), /\nv9|v9\s*$/);
  expect.equal([before, asked], [1, 2], 'the rest was asked for once, then again by the command');
};
