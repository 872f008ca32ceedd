/**
 * One short connection to an MCP server over streamable HTTP, for a list of its tools or for one call. It speaks the
 * stateless protocol (2026-07-28) and the one before it, whichever the server has. Invariants: it ends within its time,
 * whatever the server does; it rejects only with a McpFault; the server can ask nothing of this side, because no
 * capability is declared.
 */
import { Client, SdkHttpError, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import type { Dispatcher } from 'undici';
import type { McpCredentials } from '#contracts/mcp-credentials.ts';
import { NotPublicError } from '../tool-connections/tool-agent.ts';
import type { McpTokens } from './access-tokens.ts';
import { createBoundedFetch, TooLongError } from './bounded-fetch.ts';
import { McpFault } from './mcp-fault.ts';

export interface McpSessionOptions {
  readonly dispatcher: Dispatcher;
  readonly tokens: McpTokens;
  readonly url: string;
  readonly credentials: McpCredentials;
  /** Milliseconds for everything. */
  readonly timeoutMs: number;
  /** Bytes of all responses together. */
  readonly maxBytes: number;
  /** Aborted when the result is no longer needed. */
  readonly signal?: AbortSignal;
}

/** Milliseconds in which a session of the former protocol is ended, after its result is there. */
const closingMs = 1_000;

interface Circumstances {
  readonly fault: unknown;
  readonly expired: AbortSignal;
  readonly signal: AbortSignal | undefined;
}

const faultOf = (cause: unknown, { fault, expired, signal }: Circumstances): McpFault => {
  if (cause instanceof McpFault) return cause;
  if (signal?.aborted) return new McpFault('STOPPED', 'It was stopped before the server had responded.');
  if (expired.aborted) return new McpFault('TIMEOUT', 'The server did not respond in time.', { cause });
  if (fault instanceof McpFault) return fault;
  if (fault instanceof NotPublicError) {
    return new McpFault('NOT_PUBLIC', 'The server may not be used: its address is not a public one with TLS.');
  }
  if (fault instanceof TooLongError) return new McpFault('TOO_LONG', 'The response of the server is too long.');
  const isRefusal = cause instanceof SdkHttpError && (cause.status === 401 || cause.status === 403);
  if (cause instanceof UnauthorizedError || isRefusal) {
    return new McpFault('UNAUTHORIZED', 'The server refuses the credentials.', { cause });
  }
  if (fault !== undefined) return new McpFault('UNREACHABLE', 'The server cannot be reached.', { cause });
  return new McpFault('PROTOCOL', 'The server does not speak the protocol, or refused the request.', { cause });
};

/** Ends the session of a server that keeps one. Nobody waits for that. */
const leave = async (transport: StreamableHTTPClientTransport, client: Client): Promise<void> => {
  const late = new Promise<void>((resolve) => {
    setTimeout(resolve, closingMs).unref();
  });
  await Promise.race([transport.terminateSession().catch(() => undefined), late]);
  await client.close().catch(() => undefined);
};

export const withMcpSession = async <Result>(
  options: McpSessionOptions,
  use: (client: Client, request: { readonly signal: AbortSignal; readonly timeout: number }) => Promise<Result>,
): Promise<Result> => {
  const { url, credentials, tokens, timeoutMs, signal } = options;
  const expired = AbortSignal.timeout(timeoutMs);
  const closed = new AbortController();
  const ended = AbortSignal.any([expired, closed.signal, ...(signal === undefined ? [] : [signal])]);
  const bounded = createBoundedFetch({ ...options, signal: ended, onCut: (fault) => closed.abort(fault) });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: bounded.fetch,
    ...(credentials.kind === 'NONE'
      ? {}
      : {
          authProvider: {
            token: () => tokens.find(credentials),
            async onUnauthorized() {
              const token = await tokens.find(credentials);
              if (token !== undefined) tokens.forget(credentials, token);
            },
          },
        }),
  });
  const client = new Client(
    { name: 'parlance', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' }, enforceStrictCapabilities: false },
  );
  // Without this, an aborted stream would count as a fault of the process.
  client.onerror = () => undefined;
  const request = { signal: ended, timeout: timeoutMs };
  const stopped = new Promise<never>((_, reject) => {
    ended.addEventListener('abort', () => reject(ended.reason), { once: true });
  });
  stopped.catch(() => undefined);
  try {
    ended.throwIfAborted();
    const work = (async () => {
      await client.connect(transport, request);
      return await use(client, request);
    })();
    work.catch(() => undefined);
    return await Promise.race([work, stopped]);
  } catch (cause) {
    throw faultOf(cause, { fault: bounded.fault, expired, signal });
  } finally {
    void leave(transport, client).finally(() => closed.abort());
  }
};
