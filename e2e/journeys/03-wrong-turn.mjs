// A wrong turn: the break stops in the pipeline, the learner rewinds to before it, branches off and passes.

import { button, choose, names, panel, passed, playUntil, rewind, start, step, type, typeAll } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { edit, find, push } from '../solve.mjs';
import { violations } from '../axe.mjs';

export const name = 'wrong-turn';

export const run = async ({ page, baseUrl, expect, shot }) => {
  const { steps } = lesson0;
  await start(page, baseUrl, lesson0.title);
  await find(page);
  await typeAll(page, lesson0.breakIt);
  await choose(page, steps.guess, lesson0.prediction);
  await passed(page, steps.guess);
  await type(page, lesson0.push);
  await playUntil(page, step(page, steps.ship, 'failed'));
  await panel(page, 'Pipelines');
  await shot('failed-step');
  expect.equal(await violations(page), [], 'axe finds nothing in the failed state');

  // Back to the start: what was answered is undone too, and the world says that this is the past.
  await rewind(page, 0);
  await button(page, /^Continue from here/).click();
  await find(page);
  await edit(page);
  await push(page);
  await playUntil(page, step(page, steps.live, 'passed'));
  await expect.text(await panel(page, 'Shop'), lesson0.headline);

  // "Why?" leads from a new pod back to the commit.
  const cluster = await panel(page, 'Cluster');
  await cluster.getByRole('button', { name: /^web / }).first().click();
  await button(page, names.why).click();
  await expect.text(page.getByRole('dialog'), lesson0.message);
  await shot('why');
};
