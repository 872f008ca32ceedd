/** What axe finds on a page as it is now: faults by their names, with the elements. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const run = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  JSON.stringify(violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | '))))`;

export const axeFaults = async (page: Page): Promise<readonly string[]> => {
  // Through the protocol, because the policy of the page allows no foreign script.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe.source });
  const { result } = await session.send('Runtime.evaluate', {
    expression: run,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  return z.array(z.string()).parse(JSON.parse(String(result.value)));
};
