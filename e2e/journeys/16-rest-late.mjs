// The worker's second part is lost on its way: the first command that wants it fetches it, and nobody notices. The others
// come only when they are wanted.

import { log, ready, terminal, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';

export const name = 'rest-late';

export const run = async ({ page, baseUrl, expect, guard }) => {
  guard.allow(/status of 503/);
  let asked = 0;
  await page.route('**/engine/*/rest.wasm', (route) => {
    asked += 1;
    return asked === 1 ? route.fulfill({ status: 503, body: 'busy' }) : route.continue();
  });
  const called = { pure: 0, addons: 0, metrics: 0 };
  page.on('request', (request) => {
    const part = request.url().match(/engine\/.*\/(pure|addons|metrics)\.wasm$/)?.[1];
    if (part) called[part] += 1;
  });
  await page.goto(baseUrl + lesson0.path);
  await ready(page);
  await type(page, 'cd web');
  await type(page, 'git shortlog; git describe; git reflog; git tag v9 && git tag');
  await expect.text(log(page), /\nv9|v9\s*$/);
  // Which call wants it first is a matter of the machine: a slow one does a command in slices.
  expect.equal([asked, called.pure], [2, 0], 'the rest was asked for once, then again by what wanted it');
  await type(page, `echo '{"act": {"fans": 700}}' | jq -c '.act | map_values(. * 6)'; helm create stage && helm template stage | grep -c kind:`);
  await expect.text(log(page), /\{"fans":4200\}/);
  await expect.text(log(page), /Creating stage\s*[1-9]/);
  expect.equal(called, { pure: 1, addons: 0, metrics: 0 }, 'what keeps no state was asked for once, by the first that wanted it');
  // Should a part not come at all, what was typed is done when it does.
  guard.allow(/addons\.wasm|did not arrive/);
  await page.route('**/engine/*/addons.wasm', (route) => route.abort());
  await terminal(page).fill('flux version --client');
  await terminal(page).press('Enter');
  await page.getByRole('heading', { name: 'The connection was cut' }).waitFor();
  await page.unroute('**/engine/*/addons.wasm');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.text(log(page), /flux version --client\s*flux: v\d/);
  // A world that has Prometheus brings it when it is first scraped or asked.
  await page.goto(`${baseUrl}gitops/24-canary/`);
  await ready(page);
  await type(page, "curl -s 'http://prometheus.monitoring:9090/api/v1/query?query=count(up==1)'");
  await expect.text(log(page), /"resultType":"vector","result":\[\{/);
  expect.equal(called.metrics, 1, 'Prometheus was asked for once');
};
