import { expect, test } from 'vitest';
import { openSignedIn } from './testing/socket-client.ts';
import { openTestGateway } from './testing/test-gateway.ts';

test('answers a query from two subgraphs', async () => {
  await using gateway = await openTestGateway();
  const { status, data, errors } = await gateway.ask('{ story(id: "7") { title author { name } } }');
  expect(errors).toBeUndefined();
  expect(status).toBe(200);
  expect(data).toEqual({ story: { title: 'Story 7', author: { name: 'Name of author-of-7' } } });
});

test('forwards the events of a subscription, with the cursor, and its completion', async () => {
  await using gateway = await openTestGateway();
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  gateway.graph.logs.append('1', 'Once', ' upon', '<end>');
  client.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { storyStream(id: "1") { seq text } }' } });
  expect(await client.frames(3)).toEqual([
    {
      id: 'a',
      type: 'next',
      payload: { data: { storyStream: { seq: 1, text: 'Once' } }, extensions: { cursor: '1' } },
    },
    {
      id: 'a',
      type: 'next',
      payload: { data: { storyStream: { seq: 2, text: ' upon' } }, extensions: { cursor: '2' } },
    },
    { id: 'a', type: 'complete' },
  ]);
});
