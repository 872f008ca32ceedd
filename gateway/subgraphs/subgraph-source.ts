/**
 * Sends the fetches of plans to one subgraph, with the signed identity of the user, and checks that what comes back is
 * a GraphQL response. A query is sent once more, to another replica if there is one, when its connection was refused or
 * cut; a mutation never is. Whatever goes wrong is an AppError, which is one error of the operation; the rest of the
 * plan goes on.
 */
import type { Logger } from '#kernel/log.ts';
import { abandoned, faultOf, invalidResponse, isProxyFault, isSilence, mayRepeat, unavailable } from './fetch-fault.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { OperationScope } from './operation-scope.ts';
import { type Post, post } from './post.ts';
import type { Replica, Replicas } from './replicas.ts';
import type { SharedFetches } from './shared-fetches.ts';
import { parseAnswer, type SubgraphAnswer } from './subgraph-answer.ts';

export interface SubgraphFetch {
  /** JSON of the request. */
  readonly body: string;
  readonly isMutation: boolean;
  readonly scope: OperationScope;
}

export interface SubgraphSource {
  /** Rejects with an AppError only. */
  send(fetch: SubgraphFetch): Promise<SubgraphAnswer>;
}

export interface SubgraphSourceOptions {
  readonly name: string;
  readonly replicas: Replicas;
  /** Of all subgraphs of the gateway: a mutation of one may change what another answers. */
  readonly shared: SharedFetches;
  /** Milliseconds from sending to the last byte. */
  readonly deadlineMs: number;
  readonly logger: Logger;
}

export const createSubgraphSource = (options: SubgraphSourceOptions): SubgraphSource => {
  const { name, replicas, shared, deadlineMs, logger } = options;

  /** A replica that is tried just now is waited for: when it is back, nobody should be refused. */
  const pick = async (not?: Replica): Promise<Replica> => {
    let picked = replicas.pick(not);
    for (let trial = replicas.trial(); typeof picked === 'number' && trial; trial = replicas.trial()) {
      await trial;
      picked = replicas.pick(not);
    }
    if (typeof picked === 'object') return picked;
    throw unavailable(
      name,
      new Error('its circuit is open'),
      Number.isFinite(picked) ? Math.max(picked, 1) : undefined,
    );
  };

  const read = ({ status, text }: HttpAnswer): SubgraphAnswer => {
    const answer = parseAnswer(text);
    if (answer) return answer;
    if (isProxyFault(status)) throw unavailable(name, new Error(`it answered ${status}`));
    throw invalidResponse(new Error(`${name} answered ${status} with something that is no GraphQL response`));
  };

  const start = (token: string, { body, isMutation, scope }: SubgraphFetch) => {
    let current: Post | undefined;
    let isAborted = false;

    const ask = async (replica: Replica): Promise<SubgraphAnswer> => {
      if (isAborted) throw abandoned();
      const attempt = replica.circuit.begin();
      replica.running += 1;
      try {
        current = post(replica.pool(), {
          head: `${replica.head}authorization: Bearer ${token}\r\n${scope.headers}`,
          body,
          deadlineMs: Math.max(1, Math.min(deadlineMs, Math.ceil(scope.endsAt - performance.now()))),
        });
        const answer = read(await current.answer);
        attempt.succeed();
        replica.silent = undefined;
        return answer;
      } catch (cause) {
        if (isAborted) attempt.abandon();
        else attempt.fail();
        if (isSilence(cause)) replica.silent ??= { probedAt: performance.now() };
        throw cause;
      } finally {
        replica.running -= 1;
      }
    };

    const askTwice = async (): Promise<SubgraphAnswer> => {
      try {
        const first = await pick();
        try {
          return await ask(first);
        } catch (cause) {
          if (isMutation || isAborted || !mayRepeat(cause)) throw cause;
          return await ask(await pick(first));
        }
      } catch (cause) {
        const fault = faultOf(name, cause);
        if (!isAborted) logger.warn({ err: fault, subgraph: name }, 'a fetch failed');
        throw fault;
      }
    };

    return {
      answer: askTwice(),
      abort() {
        isAborted = true;
        current?.abort(abandoned());
      },
    };
  };

  const startMutation = (token: string, fetch: SubgraphFetch) => {
    const { answer, abort } = start(token, fetch);
    shared.forget();
    return { answer: answer.finally(() => shared.forget()), leave: abort };
  };

  return {
    async send(fetch) {
      const { body, isMutation, scope } = fetch;
      const token = await scope.token();
      if (scope.isAbandoned) throw abandoned();
      const { answer, leave } = isMutation
        ? startMutation(token, fetch)
        : shared.join(`${name} ${token}`, body, () => start(token, fetch));
      scope.whenAbandoned(leave);
      try {
        return await answer;
      } finally {
        scope.settled(leave);
      }
    },
  };
};
