/**
 * Sends the fetches of plans to one subgraph with the user's signed identity, and checks that each response is a
 * GraphQL response. A query whose connection was refused or cut is sent once more, to another replica if there is one;
 * a mutation never is. Every failure is an AppError, which becomes one error of the operation while the rest of the
 * plan continues.
 */
import type { Logger } from '#kernel/log.ts';
import { abandoned, faultOf, invalidResponse, isProxyFault, isSilence, mayRepeat, unavailable } from './fetch-fault.ts';
import type { HttpResponse } from './http-response.ts';
import type { OperationScope } from './operation-scope.ts';
import { type Post, post } from './post.ts';
import type { Replica, Replicas } from './replicas.ts';
import type { SharedFetches } from './shared-fetches.ts';
import { parseResponse, type SubgraphResponse } from './subgraph-response.ts';

export interface SubgraphFetch {
  /** JSON of the request. */
  readonly body: string;
  readonly isMutation: boolean;
  readonly scope: OperationScope;
}

export interface SubgraphSource {
  /** Rejects with an AppError only. */
  send(fetch: SubgraphFetch): Promise<SubgraphResponse>;
}

export interface SubgraphSourceOptions {
  readonly name: string;
  readonly replicas: Replicas;
  /** Shared by all subgraphs of the gateway: a mutation in one may change what another returns. */
  readonly shared: SharedFetches;
  /** Milliseconds from sending to the last byte. */
  readonly deadlineMs: number;
  readonly logger: Logger;
}

/** Waits for a replica's trial, so that nobody is refused once the replica is back. */
const pick = async (name: string, replicas: Replicas, not?: Replica): Promise<Replica> => {
  let picked = replicas.pick(not);
  for (let trial = replicas.trial(); typeof picked === 'number' && trial; trial = replicas.trial()) {
    await trial;
    picked = replicas.pick(not);
  }
  if (typeof picked === 'object') return picked;
  throw unavailable(name, new Error('its circuit is open'), Number.isFinite(picked) ? Math.max(picked, 1) : undefined);
};

const read = (subgraph: string, { status, text }: HttpResponse): SubgraphResponse => {
  const response = parseResponse(text);
  if (response) return response;
  if (isProxyFault(status)) throw unavailable(subgraph, new Error(`it responded with ${status}`));
  throw invalidResponse(new Error(`${subgraph} responded with ${status} and a body that is not a GraphQL response`));
};

export const createSubgraphSource = (options: SubgraphSourceOptions): SubgraphSource => {
  const { name, replicas, shared, deadlineMs, logger } = options;

  const start = (token: string, { body, isMutation, scope }: SubgraphFetch) => {
    let current: Post | undefined;
    let isAborted = false;

    const ask = async (replica: Replica): Promise<SubgraphResponse> => {
      if (isAborted) throw abandoned();
      const attempt = replica.circuit.begin();
      replica.running += 1;
      try {
        current = post(replica.pool(), {
          head: `${replica.head}authorization: Bearer ${token}\r\n${scope.headers}`,
          body,
          deadlineMs: Math.max(1, Math.min(deadlineMs, Math.ceil(scope.endsAt - performance.now()))),
        });
        const response = read(name, await current.response);
        attempt.succeed();
        replica.silent = undefined;
        return response;
      } catch (cause) {
        if (isAborted) attempt.abandon();
        else attempt.fail();
        if (isSilence(cause)) replica.silent ??= { probedAt: performance.now() };
        throw cause;
      } finally {
        replica.running -= 1;
      }
    };

    const askTwice = async (): Promise<SubgraphResponse> => {
      try {
        const first = await pick(name, replicas);
        try {
          return await ask(first);
        } catch (cause) {
          if (isMutation || isAborted || !mayRepeat(cause)) throw cause;
          return await ask(await pick(name, replicas, first));
        }
      } catch (cause) {
        const fault = faultOf(name, cause);
        if (!isAborted) logger.warn({ err: fault, subgraph: name }, 'a fetch failed');
        throw fault;
      }
    };

    return {
      response: askTwice(),
      abort() {
        isAborted = true;
        current?.abort(abandoned());
      },
    };
  };

  const startMutation = (token: string, fetch: SubgraphFetch) => {
    const { response, abort } = start(token, fetch);
    shared.forget();
    return { response: response.finally(() => shared.forget()), leave: abort };
  };

  return {
    async send(fetch) {
      const { body, isMutation, scope } = fetch;
      const token = await scope.token();
      if (scope.isAbandoned) throw abandoned();
      const { response, leave } = isMutation
        ? startMutation(token, fetch)
        : shared.join(`${name} ${token}`, body, () => start(token, fetch));
      scope.whenAbandoned(leave);
      try {
        return await response;
      } finally {
        scope.settled(leave);
      }
    },
  };
};
