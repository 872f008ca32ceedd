/**
 * The id of a client's request on its way through the processes: the gateway makes it, returns it to the client, and
 * sends it with every fetch; subgraphs pass it on to one another and into jobs. Log lines and errors name it. Work that
 * no request caused (sweeps, connections, events of a stream) has none.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** Of the gateway's responses, and of requests between services. */
export const requestIdHeader = 'x-request-id';

const active = new AsyncLocalStorage<string | undefined>();

export const createRequestId = (): string => randomUUID();

/** Does the work, across its awaits, under this id; undefined: under none. */
export const withRequestId = <Result>(id: string | undefined, work: () => Result): Result => active.run(id, work);

export const activeRequestId = (): string | undefined => active.getStore();

/** `{ requestId }` of the active request, for log lines and jobs. */
export const activeRequest = (): { readonly requestId?: string } => {
  const requestId = active.getStore();
  return requestId === undefined ? {} : { requestId };
};

/** An id as another service sent it; undefined when it is none. */
export const requestIdOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : undefined;

/** Headers for a request to another service. */
export const requestIdHeaders = (): { readonly [requestIdHeader]?: string } => {
  const id = active.getStore();
  return id === undefined ? {} : { [requestIdHeader]: id };
};
