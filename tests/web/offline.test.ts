/**
 * A minute without a network in the middle of a reply, in the seconds of a test: the page's clock is put forward, so
 * that each of its timers runs out as often as in a minute, and the server gives up who is silent after two seconds in
 * place of its 20, and lets access tokens run out after two.
 */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '#tests/scripted-provider/script.ts';
import { finished, running, send } from '#tests/support/web-stand.ts';
import { standOfFile } from './stand-of-file.ts';

const minuteMs = 60_000;
const stand = standOfFile({
  environment: { PING_INTERVAL_MS: '500', IDLE_TIMEOUT_MS: '2000' },
  accessTokenSeconds: 2,
});

const conversation = z.object({
  conversation: z.object({
    messages: z.object({ edges: z.array(z.object({ node: z.object({ content: z.string() }) })) }),
  }),
});
const query = 'query($id: ID!) { conversation(id: $id) { messages(last: 20) { edges { node { content } } } } }';

test('after a minute offline in the middle of a reply its text is whole, what was typed is sent once, and Stop works', async () => {
  await using page = await stand().open();
  const { door, parlance } = stand();
  await page.clock.install();
  await page.reload();
  await send(page, 'script: tokens=400 pace=20');
  await running(page).locator('p', { hasText: 'w20' }).waitFor();

  // The page learns it from its system; to the server the network is away, with the connections open.
  door.lose();
  await page.context().setOffline(true);
  await page.getByRole('status').getByText('Offline').waitFor();
  const typed = 'script: tokens=20000 pace=20';
  await send(page, typed);
  await page.getByRole('article', { name: 'You' }).nth(1).waitFor();
  const left = await page.evaluate(() => Date.now());
  await page.clock.runFor(minuteMs);
  expect(await page.evaluate(() => Date.now())).toBeGreaterThanOrEqual(left + minuteMs);
  await door.untilGivenUp();

  door.restore();
  await page.context().setOffline(false);
  await finished(page).locator('p', { hasText: 'w399' }).waitFor();
  expect((await finished(page).locator('p').first().textContent())?.trim()).toBe(textOf(400).trim());
  await running(page).locator('p', { hasText: 'w5' }).waitFor();
  await page.getByRole('button', { name: 'Stop the reply' }).click();
  await finished(page).nth(1).getByText('Stopped.').waitFor();

  const ada = await parlance.as('ada');
  const read = await ada.query(conversation, query, { id: page.url().split('/').at(-1) });
  const contents = read.conversation.messages.edges.map(({ node }) => node.content);
  expect(contents.filter((content) => content === typed)).toHaveLength(1);
  expect(page.complaints).toEqual([]);
}, 120_000);
