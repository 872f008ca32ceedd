/** What a client can do to the gateway, each followed to its end and judged. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Random } from '#tests/support/random.ts';
import { checkResult, type Verdict } from './check.ts';
import type { HttpClient } from './http-client.ts';
import { drawOperation, drawStream, faultyDocuments, type StreamOperation } from './operations.ts';
import type { SocketClient } from './socket-client.ts';
import type { Stand } from './stand.ts';
import { createStreamCheck } from './stream-check.ts';

export interface User {
  readonly random: Random;
  readonly http: HttpClient;
  readonly stand: Pick<Stand, 'outages' | 'moves'>;
  /** Its socket, opened when it has none. */
  socket(): Promise<SocketClient>;
  /** Breaks the socket off. */
  breakOff(): void;
}

type Exercise = (user: User) => Promise<Verdict>;

const right: Verdict = { faults: [], isPartial: false };
const wrong = (fault: string): Verdict => ({ faults: [fault], isPartial: false });
const codesSchema = z.object({
  data: z.undefined().optional(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })).min(1),
});
/** Milliseconds after which a client leaves, at most: about what a result takes. */
const longestStay = 12;

const overHttp: Exercise = async ({ random, http, stand }) => {
  const { query, variables, expected } = drawOperation(random);
  const from = performance.now();
  const { status, body } = await http.ask({ query, variables }, new AbortController().signal);
  const verdict = checkResult(body, expected, stand.outages.during(from, performance.now()));
  return status === 200 ? verdict : wrong(`status ${status}: ${JSON.stringify(body)}`);
};

const leaveHttp: Exercise = async ({ random, http, stand }) => {
  const { query, variables, expected } = drawOperation(random);
  const from = performance.now();
  const leaving = new AbortController();
  const timer = setTimeout(() => leaving.abort(), random.between(0, longestStay));
  try {
    const { body } = await http.ask({ query, variables }, leaving.signal);
    return checkResult(body, expected, stand.outages.during(from, performance.now()));
  } catch (fault) {
    if (!leaving.signal.aborted) throw fault;
    return right;
  } finally {
    clearTimeout(timer);
  }
};

const faulty: Exercise = async ({ random, http }) => {
  const [query, code] = random.pick(faultyDocuments);
  const { status, body } = await http.ask({ query, variables: {} }, new AbortController().signal);
  const parsed = codesSchema.safeParse(body);
  const isRight =
    status === 400 && parsed.success && parsed.data.errors.every(({ extensions }) => extensions.code === code);
  return isRight ? right : wrong(`${status} ${JSON.stringify(body)} in place of ${code}`);
};

const overSocket: Exercise = async ({ random, socket, stand }) => {
  const client = await socket();
  const { query, variables, expected } = drawOperation(random);
  const from = performance.now();
  const ended = Promise.withResolvers<Verdict>();
  const results: unknown[] = [];
  client.start(
    { query, variables },
    {
      next: (payload) => results.push(payload),
      end(errors) {
        if (errors !== undefined) ended.resolve(wrong(`refused by ${JSON.stringify(errors)}`));
        else if (results.length !== 1) ended.resolve(wrong(`${results.length} results`));
        else ended.resolve(checkResult(results[0], expected, stand.outages.during(from, performance.now())));
      },
    },
  );
  return ended.promise;
};

/** A document that is new to the gateway: what it remembers must have a bound. */
const newDocument: Exercise = async ({ http, stand }) => {
  const alias = `a${randomUUID().replaceAll('-', '')}`;
  const from = performance.now();
  const query = `query ($id: ID!) { ${alias}: author(id: $id) { id } }`;
  const { body } = await http.ask({ query, variables: { id: 'a1' } }, new AbortController().signal);
  const id = { kind: 'leaf', owners: ['people'], value: 'a1' } as const;
  const author = { kind: 'object', owners: ['people'], fields: { id } } as const;
  const expected = { kind: 'object', owners: [], fields: { [alias]: author } } as const;
  return checkResult(body, expected, stand.outages.during(from, performance.now()));
};

const leaveSocket: Exercise = async ({ random, socket }) => {
  const client = await socket();
  const { query, variables } = random.next() < 0.5 ? drawOperation(random) : drawStream(random);
  const leave = client.start({ query, variables }, { next() {}, end() {} });
  await pause(random.between(0, longestStay));
  leave();
  return right;
};

const breakSocket: Exercise = async (user) => {
  const { random, socket, breakOff } = user;
  const client = await socket();
  for (let count = random.between(1, 4); count > 0; count -= 1) {
    const { query, variables } = random.next() < 0.5 ? drawOperation(random) : drawStream(random);
    client.start({ query, variables }, { next() {}, end() {} });
  }
  await pause(random.between(0, longestStay));
  breakOff();
  return right;
};

const streamOverSocket: Exercise = async ({ random, socket, stand }) => {
  const client = await socket();
  const operation = drawStream(random);
  const leaveAfter = random.next() < 0.25 ? random.between(1, operation.last) : undefined;
  const check = createStreamCheck(operation, stand);
  const over = Promise.withResolvers<void>();
  const leave = client.start(
    { query: operation.query, variables: operation.variables },
    {
      next(payload) {
        check.next(payload);
        if (check.seq !== leaveAfter) return;
        leave();
        over.resolve();
      },
      end(errors) {
        check.end(errors);
        over.resolve();
      },
    },
  );
  await over.promise;
  return check.verdict();
};

const errorsIn = (result: unknown): unknown =>
  typeof result === 'object' && result !== null && !('data' in result) && 'errors' in result
    ? result.errors
    : undefined;

/** Breaks off after some events and comes back with the id of the last one, where the stream can go on. */
const streamOverHttp: Exercise = async ({ random, http, stand }) => {
  const operation: StreamOperation = drawStream(random);
  const { query, variables, isResumable, last } = operation;
  const check = createStreamCheck(operation, stand);
  let breakAfter = random.next() < 0.4 ? random.between(1, last) : undefined;
  let after: string | undefined;
  for (;;) {
    const leaving = new AbortController();
    try {
      let failure: unknown;
      for await (const { type, id, data } of http.stream({ query, variables }, after, leaving.signal)) {
        if (type === 'complete') {
          check.end(failure);
          return check.verdict();
        }
        failure = errorsIn(data);
        if (failure !== undefined) continue;
        check.next(data);
        after = id;
        if (check.seq === breakAfter) leaving.abort();
      }
      return wrong(`a stream that ended after ${check.seq} events without completion`);
    } catch (fault) {
      if (!leaving.signal.aborted) throw fault;
      if (!isResumable || check.verdict().faults.length > 0) return check.verdict();
      breakAfter = undefined;
    }
  }
};

/** Kind -> how it is done and its share. */
export const exercises: Readonly<Record<string, { readonly run: Exercise; readonly share: number }>> = {
  'query or mutation over HTTP': { run: overHttp, share: 40 },
  'the same over a socket': { run: overSocket, share: 20 },
  'left over HTTP': { run: leaveHttp, share: 10 },
  'left on a socket': { run: leaveSocket, share: 7 },
  'socket broken off': { run: breakSocket, share: 2 },
  'faulty document': { run: faulty, share: 4 },
  'document never seen': { run: newDocument, share: 5 },
  'stream over a socket': { run: streamOverSocket, share: 7 },
  'stream over HTTP': { run: streamOverHttp, share: 5 },
};
