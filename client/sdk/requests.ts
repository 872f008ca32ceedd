/**
 * Queries and mutations over HTTP, with the types of their documents. A token that the server refuses is replaced once
 * where there may be another; every fault is a ParlanceError. `retryWhileTransient` repeats a task that may be
 * repeated, until it succeeds or cannot.
 */
import { type AnyVariables, Client, fetchExchange } from '@urql/core';
import { type Backoff, pause, waitBefore } from './backoff.ts';
import { isParlanceError, networkError, type ParlanceError, serverError, signedOut } from './errors.ts';
import type { TypedDocumentString } from './generated/graphql.ts';
import type { Session } from './session.ts';

export interface PartialResult<Data> {
  readonly data: Data;
  /** Why fields are null that would otherwise have a value. */
  readonly errors: readonly ParlanceError[];
}

export interface Requests {
  /** For everything else: urql's own client, signed in. */
  readonly urql: Client;
  /** Resolves with the data; throws a ParlanceError when there are errors. */
  query<Data, Variables extends AnyVariables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): Promise<Data>;
  /**
   * For what may be shown in part: resolves where there is any data, with the errors of the fields that lack theirs.
   */
  read<Data, Variables extends AnyVariables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): Promise<PartialResult<Data>>;
  /** @param timeoutMs at most `timeoutMs` of the options, which is the default. */
  mutate<Data, Variables extends AnyVariables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
    timeoutMs?: number,
  ): Promise<Data>;
}

export interface RequestsOptions {
  readonly url: string;
  readonly session: Session;
  readonly fetch: typeof fetch;
  /** Milliseconds after which a request without a response is a network fault. */
  readonly timeoutMs: number;
}

export const createRequests = ({ url, session, fetch: send, timeoutMs }: RequestsOptions): Requests => {
  const signedIn: typeof fetch = async (input, init) => {
    const attempt = async (): Promise<{ readonly response: Response; readonly isReplaced: boolean }> => {
      const credential = await session.credential();
      const headers = new Headers(init?.headers);
      for (const [name, value] of Object.entries(credential.headers)) headers.set(name, value);
      const response = await send(input, { ...init, headers, credentials: 'same-origin' });
      return { response, isReplaced: response.status === 401 && session.refuse(credential) };
    };
    const { response, isReplaced } = await attempt();
    return isReplaced ? (await attempt()).response : response;
  };
  const within =
    (ms: number): typeof fetch =>
    (input, init) => {
      const deadline = AbortSignal.timeout(Math.min(ms, timeoutMs));
      return signedIn(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline });
    };
  const urql = new Client({
    url,
    fetch: within(timeoutMs),
    preferGetMethod: false,
    exchanges: [fetchExchange],
    requestPolicy: 'network-only',
  });

  type Result<Data> = Awaited<ReturnType<ReturnType<typeof urql.query<Data>>['toPromise']>>;
  const settle = <Data>({ data, error }: Result<Data>): Data => {
    const [refusal] = error?.graphQLErrors ?? [];
    if (refusal) throw serverError(refusal);
    if (error?.response?.status === 401) throw serverError(signedOut);
    if (error || data === undefined) throw networkError(error?.networkError ?? error);
    return data;
  };
  const settlePart = <Data>(result: Result<Data>): PartialResult<Data> => {
    const { data, error } = result;
    if (data === undefined || data === null) return { data: settle(result), errors: [] };
    return { data, errors: (error?.graphQLErrors ?? []).map(serverError) };
  };
  return {
    urql,
    query: async (document, variables) => settle(await urql.query(document.toString(), variables).toPromise()),
    read: async (document, variables) => settlePart(await urql.query(document.toString(), variables).toPromise()),
    mutate: async (document, variables, ms = timeoutMs) =>
      settle(await urql.mutation(document.toString(), variables, { fetch: within(ms) }).toPromise()),
  };
};

/** Codes of faults that pass by themselves. Other retryable ones need the user, or time that only the user can give. */
const transient: ReadonlySet<ParlanceError['code']> = new Set<ParlanceError['code']>([
  'NETWORK_ERROR',
  'RATE_LIMITED',
  'OVERLOADED',
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_TIMEOUT',
]);

export const isTransient = (error: ParlanceError): boolean => transient.has(error.code);

export interface RetryOptions {
  readonly backoff: Backoff;
  /** Milliseconds after which the last error is thrown. */
  readonly giveUpAfterMs: number;
  readonly signal?: AbortSignal | undefined;
}

export const retryWhileTransient = async <Value>(
  task: () => Promise<Value>,
  { backoff, giveUpAfterMs, signal }: RetryOptions,
): Promise<Value> => {
  const startedAt = Date.now();
  for (let failures = 1; ; failures += 1) {
    try {
      return await task();
    } catch (fault) {
      if (!isParlanceError(fault) || !isTransient(fault) || signal?.aborted) throw fault;
      const ms = waitBefore(backoff, failures, fault.retryAfterMs);
      if (Date.now() + ms - startedAt > giveUpAfterMs) throw fault;
      await pause(ms, signal);
    }
  }
};
