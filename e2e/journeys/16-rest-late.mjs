// The worker's second part is lost on its way: the first command that wants it fetches it, and nobody notices. The third
// comes only when it is wanted.

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
  let pure = 0;
  page.on('request', (request) => (pure += /engine\/.*\/pure\.wasm$/.test(request.url()) ? 1 : 0));
  await page.goto(baseUrl + lesson0.path);
  await ready(page);
  await type(page, 'cd web');
  const before = asked;
  await type(page, 'git shortlog; git describe; git reflog; git tag v9 && git tag');
  await expect.text(log(page), /\nv9|v9\s*$/);
  expect.equal([before, asked, pure], [1, 2, 0], 'the rest was asked for once, then again by the command');
  await type(page, `echo '{"act": {"fans": 700}}' | jq -c '.act | map_values(. * 6)'; helm create stage && helm template stage | grep -c kind:`);
  await expect.text(log(page), /\{"fans":4200\}/);
  await expect.text(log(page), /Creating stage\s*[1-9]/);
  expect.equal(pure, 1, 'what keeps no state was asked for once, by the first that wanted it');
};
