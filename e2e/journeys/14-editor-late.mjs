// The editor's module does not come, or comes late: a plain field does the work, and what was typed, selected and
// focused in it goes over.

import { hasFocus, log, openFile, plainEditor, richEditor, start, type } from '../gestures.mjs';
import { lesson0 } from '../lesson0.mjs';
import { violations } from '../axe.mjs';

export const name = 'editor-late';

const MODULE = '**/editor/editor-*.js';

export const run = async ({ page, baseUrl, expect, shot, guard }) => {
  const { keyboard } = page;
  guard.allow(/net::ERR_FAILED/);
  await page.route(MODULE, (route) => route.abort());
  await start(page, baseUrl, lesson0.title);
  await openFile(page, 'web/README.md');
  await plainEditor(page).press('Control+Home');
  await keyboard.type('Read me first\n');
  await keyboard.press('Control+s');
  await expect.gone(page.getByRole('img', { name: 'unsaved' }));
  await type(page, 'head -n 1 web/README.md');
  await expect.text(log(page), /Read me first/);
  expect.equal(await violations(page), [], 'axe finds nothing in the plain field');
  await shot('plain');

  // The next file asks again; its module is on the way while the learner types.
  await page.unroute(MODULE);
  let arrive;
  const arrived = new Promise((go) => {
    arrive = go;
  });
  await page.route(MODULE, (route) => arrived.then(() => route.continue()));
  await openFile(page, 'web/Dockerfile');
  await plainEditor(page).press('Control+Home');
  await keyboard.type('# early\n# wrong');
  await keyboard.press('Shift+Home');
  arrive();
  await richEditor(page).waitFor({ state: 'visible' });
  await plainEditor(page).waitFor({ state: 'detached' });
  expect.ok(await hasFocus(richEditor(page)), 'the focus goes over');
  await keyboard.type('# late');
  const text = await richEditor(page).innerText();
  expect.ok(/^# early\n# late\S/.test(text), `text and selection go over, not ${text.slice(0, 60)}`);
  await shot('rich');
};
