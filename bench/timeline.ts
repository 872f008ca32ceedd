/**
 * The newest page of a conversation, with model, usage and verdict of each message: how its cost grows with the
 * conversation.
 */
import { z } from 'zod';
import { type Figure, percentile } from './figures.ts';
import { openGraphSocket } from './graph-socket.ts';
import { seedLongConversation } from './seed.ts';
import type { Stand } from './stand.ts';

const pageQuery = `query Page($id: ID!) { conversation(id: $id) { messages(last: 50) { edges { node {
  id role content status createdAt model { displayName } usage { costUsd } moderation { action }
} } } } }`;
const pageSchema = z.object({
  conversation: z.object({
    messages: z.object({
      edges: z.array(z.object({ node: z.object({ moderation: z.object({ action: z.string() }) }) })).length(50),
    }),
  }),
});
/** The page of the long conversation may take so many times what that of the short one takes. */
const goal = 1.5;

export const measureTimeline = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  const [user] = stand.users;
  if (!user) throw new Error('the stand has a user');
  const sizes = quick ? [1_000, 10_000] : [10_000, 1_000_000];
  const conversations: string[] = [];
  for (const [number, size] of sizes.entries())
    conversations.push(await seedLongConversation(stand, user.id, number, size));
  await stand.sql.query('vacuum analyze');
  await using socket = await openGraphSocket(stand.url, user.token);
  const times = conversations.map((): number[] => []);
  const rounds = quick ? 20 : 300;
  for (let round = -rounds / 5; round < rounds; round += 1) {
    for (const [index, id] of conversations.entries()) {
      const startedAt = performance.now();
      pageSchema.parse(await socket.ask(pageQuery, { id }));
      if (round >= 0) times[index]?.push(performance.now() - startedAt);
    }
  }
  const medians = times.map((values) => percentile(values, 0.5));
  const [short = 0, long = 0] = medians;
  return [
    ...medians.map((value, index) => ({
      name: `timeline page of 50 in ${sizes[index]?.toLocaleString('en')} messages, p50`,
      value,
      unit: 'ms',
    })),
    { name: 'timeline page, long / short, p50', value: long / short, unit: 'times', atMost: goal },
  ];
};
