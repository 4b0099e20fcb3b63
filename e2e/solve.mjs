// Parts of the way through lesson 0 that several journeys and figures take.

import { answer, choose, passed, shopVersion, type, typeAll } from './gestures.mjs';
import { lesson0 } from './lesson0.mjs';

const { steps } = lesson0;

/** Reads the version in the Shop and hands it in. */
export const find = async (page) => {
  await answer(page, steps.find, await shopVersion(page, lesson0.version));
  await passed(page, steps.find);
};

/** Edits the line and commits it. */
export const edit = async (page) => {
  await typeAll(page, lesson0.edit);
  await passed(page, steps.edit);
};

/** Says what will happen, then pushes. */
export const push = async (page) => {
  await choose(page, steps.guess, lesson0.prediction);
  await passed(page, steps.guess);
  await type(page, lesson0.push);
};
