/**
 * What routing by what is asked adds to the admission of a turn: the same questions are sent to conversations without a
 * policy and to conversations with an AUTO policy, in turn, by one client.
 */
import { send } from './ask-parlance.ts';
import { type Figure, percentile } from './figures.ts';
import { openGraphSocket } from './graph-socket.ts';
import { seedConversations } from './seed.ts';
import type { Stand } from './stand.ts';

const policy = 'bench-auto';
const upsert = 'mutation Policy($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) { name } }';
/** As many rules as careful administrators write; the last one has all questions. */
const rules = [
  { moderation: ['SELF_HARM'], modelIds: ['openai/gpt-4o-mini'], strict: true },
  { languages: ['de'], complexity: ['COMPLEX'], modelIds: ['openai/scripted'] },
  { complexity: ['COMPLEX'], modelIds: ['openai/scripted', 'openai/gpt-4o-mini'] },
  { complexity: ['MODERATE'], modelIds: ['openai/gpt-4o-mini', 'openai/scripted'] },
  { pool: 'EXTERNAL' },
];

/** Questions of all classes, from a line to 10 kB. */
const questions = [
  'What is the capital of France?',
  'Explain in a few sentences why the sky is blue, and compare that with a sunset.',
  `Prove step by step that the square root of 2 is irrational. ${'Then check each step and say what it rests on. '.repeat(40)}`,
  `Warum ist dieser Code so langsam, und wie schreibe ich ihn besser?\n${'for (const a of rows) for (const b of rows) compare(a, b);\n'.repeat(170)}`,
].map((text) => `script: tokens=1\n${text}`);

export const measureAutoRouting = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  const [user] = stand.users;
  if (!user) throw new Error('the stand has users');
  const rounds = quick ? 5 : 100;
  await using admin = await openGraphSocket(stand.url, stand.admin.token);
  await admin.ask(upsert, {
    input: { name: policy, strategy: 'AUTO', rules, latencyTargetMs: 60_000, costCeilingUsd: '1' },
  });
  await using socket = await openGraphSocket(stand.url, user.token);
  const times = { plain: [] as number[], auto: [] as number[] };
  const kinds = ['plain', 'auto'] as const;
  // One more round, which is not counted: the first routes are not remembered yet.
  for (let round = 0; round <= rounds; round += 1) {
    for (const question of questions) {
      // Which one comes first changes, so that neither always meets what the other has left warm.
      for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
        const [conversation = ''] = await seedConversations(stand, user.id, 1);
        if (kind === 'auto') {
          await stand.sql.query('update conversations.conversations set model_policy = $1 where id = $2', [
            policy,
            conversation,
          ]);
        }
        const sentAt = performance.now();
        await send(socket, conversation, question);
        if (round > 0) times[kind].push(performance.now() - sentAt);
      }
    }
  }
  const [plain, auto] = [percentile(times.plain, 0.5), percentile(times.auto, 0.5)];
  return [
    { name: 'sendMessage without a policy, p50', value: plain, unit: 'ms' },
    { name: 'sendMessage with AUTO, p50', value: auto, unit: 'ms' },
    { name: 'sendMessage with AUTO, added at p50', value: auto - plain, unit: 'ms', atMost: 2 },
    { name: 'sendMessage with AUTO over without', value: auto / plain, unit: 'times' },
    { name: 'sendMessage without a policy, p99', value: percentile(times.plain, 0.99), unit: 'ms' },
    { name: 'sendMessage with AUTO, p99', value: percentile(times.auto, 0.99), unit: 'ms' },
  ];
};
