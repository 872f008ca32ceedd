/**
 * `npm run dead -- list|replay|drop [--queue NAME] [--id ID]`: looks through the dead letters in RabbitMQ, or in the
 * data directory of a standalone that is stopped. `list` changes nothing but the order; `replay` puts letters in their
 * queues again, where every consumer is idempotent; `drop` forgets them for good and needs a queue or an id.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Broker, DeadLetterAction, Delivery, Json } from '#kernel/broker/broker.ts';
import { deadLetterQueue, topology } from '#kernel/broker/topology.ts';
import { EnvironmentError, parseEnvironment } from '#kernel/config/environment.ts';
import { StartError } from '#kernel/connections/start-error.ts';
import { createLogger } from '#kernel/log.ts';
import { lockDataDirectory } from '../standalone/data-lock.ts';

const usage = 'Usage: npm run --silent dead -- list|replay|drop [--queue NAME] [--id ID]';
const fail = (sentence: string): never => {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
};

/** Letters of one queue that are looked through in one call. */
const mostLetters = 100_000;
const startTimeoutMs = 5_000;
const logger = createLogger('dead', 'error');

const environmentShape = z.object({
  RABBITMQ_URL: z.url({ protocol: /^amqps?$/ }).optional(),
  DATA_DIR: z.string().default('.data'),
});

const read = () => {
  try {
    return parseArgs({ allowPositionals: true, options: { queue: { type: 'string' }, id: { type: 'string' } } });
  } catch {
    return fail(usage);
  }
};
const { values, positionals } = read();
const actions = ['list', 'replay', 'drop'] as const;
const action = actions.find((one) => one === positionals[0]) ?? fail(usage);
if (positionals.length > 1) fail(usage);
const names = topology.map(({ name }) => name);
const queues = values.queue === undefined ? names : names.filter((name) => name === values.queue);
if (queues.length === 0) fail(`--queue is one of: ${names.join(', ')}`);
if (action === 'drop' && values.queue === undefined && values.id === undefined) {
  fail('drop forgets letters for good: name a --queue or an --id.');
}

const openBroker = async (opened: AsyncDisposableStack): Promise<Broker> => {
  const { RABBITMQ_URL: url, DATA_DIR: dataDirectory } = parseEnvironment(environmentShape, process.env);
  if (url !== undefined) {
    const { connectRabbitmqBroker } = await import('#kernel/broker/rabbitmq-broker.ts');
    return opened.use(await connectRabbitmqBroker({ url, queues: topology, logger, startTimeoutMs }));
  }
  opened.use(await lockDataDirectory(dataDirectory));
  const { createEmbeddedBroker } = await import('#kernel/broker/embedded-broker.ts');
  return opened.use(await createEmbeddedBroker({ dataDirectory, queues: topology, logger }));
};

const fieldsSchema = z.looseObject({ tenantId: z.string(), conversationId: z.string() }).partial();
/** One line of JSON without what people wrote. */
const lineOf = (queue: string, { id, body }: Delivery<Json>): string => {
  const { tenantId, conversationId } = fieldsSchema.safeParse(body).data ?? {};
  return JSON.stringify({ queue, id, tenantId, conversationId, bytes: JSON.stringify(body).length });
};

const visit = async (broker: Broker, queue: string): Promise<number> => {
  let matched = 0;
  await broker.visitDeadLetters(queue, mostLetters, async (letter): Promise<DeadLetterAction> => {
    if (values.id !== undefined && letter.id !== values.id) return 'keep';
    matched += 1;
    process.stdout.write(`${lineOf(deadLetterQueue(queue), letter)}\n`);
    if (action === 'replay') return { replay: letter.body };
    return action === 'drop' ? 'drop' : 'keep';
  });
  return matched;
};

try {
  await using opened = new AsyncDisposableStack();
  const broker = await openBroker(opened);
  let matched = 0;
  for (const queue of queues) matched += await visit(broker, queue);
  const done = { list: 'found', replay: 'replayed', drop: 'dropped' }[action];
  process.stderr.write(`${matched} dead letter${matched === 1 ? '' : 's'} ${done}.\n`);
} catch (fault) {
  if (fault instanceof StartError || fault instanceof EnvironmentError) fail(fault.message);
  throw fault;
}
