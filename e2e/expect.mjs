// Expectations of journeys. Those about the page wait until they hold, up to the browser's own limit; nothing
// ever sleeps or tries again.

import assert from 'node:assert/strict';

export const expect = {
  ok: (value, sentence) => assert.ok(value, sentence),
  equal: (actual, expected, sentence) => assert.deepEqual(actual, expected, sentence),

  /** Waits until it can be seen. */
  visible: (locator) => locator.waitFor({ state: 'visible' }),

  /** Waits until it is gone. */
  gone: (locator) => locator.waitFor({ state: 'hidden' }),

  /** Waits until its text has the pattern. */
  text: (locator, pattern) => locator.filter({ hasText: pattern }).first().waitFor({ state: 'visible' }),

  /** A promise that must be refused; gives the reason. */
  refused: async (promise, sentence) => {
    const reason = await promise.then(
      () => null,
      (error) => error,
    );
    assert.ok(reason, sentence);
    return reason;
  },
};
