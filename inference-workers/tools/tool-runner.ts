/**
 * Runs the tool calls of replies. Invariant: a call always has an outcome, a text for the model, whatever the model
 * wrote and whatever the tool did. All repetitions of a call carry the same idempotency key. Beyond a number of calls a
 * tenant's calls wait for one another, never for another tenant's.
 */

import type { FoundPassage } from '#contracts/document-search.ts';
import type { ReplyJob, Tool } from '#contracts/generation-job.ts';
import { toolSecretPurpose } from '#contracts/tool-secret.ts';
import type { Logger } from '#kernel/log.ts';
import { activeRequest } from '#kernel/request-id.ts';
import type { Sealer } from '#kernel/sealing/sealer.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { createHostResolver, type HostResolverOptions } from '#kernel/tool-connections/resolve-host.ts';
import { createToolAgent } from '#kernel/tool-connections/tool-agent.ts';
import { toolCallDuration } from '../metrics.ts';
import { createMcpCaller } from './call-mcp-tool.ts';
import { checkArguments } from './check-arguments.ts';
import { isSearch } from './offer-search.ts';
import { parseArguments } from './parse-arguments.ts';
import { postCall } from './post-call.ts';
import { type SearchDocuments, wordsOf } from './search-documents.ts';
import { signatureHeaders } from './sign-call.ts';
import { createTenantSlots, type TenantSlotsOptions } from './tenant-slots.ts';
import { ToolFault } from './tool-fault.ts';

/** A call as the model wrote it. */
export interface RequestedCall {
  /** Unique within the message. */
  readonly id: string;
  readonly name: string;
  /** Should be the JSON text of an object. */
  readonly arguments: string;
  /** The MCP server that the tool is of. */
  readonly server?: string;
}

export interface ToolOutcome {
  readonly status: 'COMPLETED' | 'FAILED';
  /** The tool's result; where it failed, the reason. */
  readonly result: string;
  /** The passages that a search in documents has found, which have no numbers yet. */
  readonly found?: readonly FoundPassage[];
}

export interface ToolRunner extends AsyncDisposable {
  /** Whether documents can be searched. */
  readonly searchesDocuments: boolean;
  /** @param signal aborted when the outcome is no longer needed; the call then fails at once. */
  run(job: ReplyJob, call: RequestedCall, signal: AbortSignal): Promise<ToolOutcome>;
}

export interface ToolRunnerOptions {
  /** Hosts that need no public address (kernel/tool-connections/tool-agent.ts). */
  readonly privateHosts: readonly string[];
  /** Opens the secrets of tools. */
  readonly sealer: Sealer;
  readonly logger: Logger;
  /** Default: documents cannot be searched. */
  readonly searchDocuments?: SearchDocuments | undefined;
  /** Default: the system's settings. */
  readonly resolving?: HostResolverOptions;
  readonly slots?: TenantSlotsOptions;
}

/** Disposing cuts running calls off, so let them end first. */
export const createToolRunner = (options: ToolRunnerOptions): ToolRunner => {
  const { privateHosts, sealer, logger } = options;
  const resolver = createHostResolver(options.resolving);
  const dispatcher = createToolAgent(privateHosts, resolver);
  const slots = createTenantSlots(options.slots);
  const callMcpTool = createMcpCaller(dispatcher, sealer);

  const secretOf = (job: ReplyJob, { name, secret }: Tool): string => {
    try {
      return sealer.open(secret, toolSecretPurpose(job.tenantId, name));
    } catch (cause) {
      throw new ToolFault('NO_SECRET', '', { cause });
    }
  };

  const callTool = async (job: ReplyJob, call: RequestedCall, signal: AbortSignal): Promise<string> => {
    const tool = job.tools?.find(({ name }) => name === call.name);
    if (tool === undefined) throw new ToolFault('UNKNOWN_TOOL');
    const parsed = parseArguments(call.arguments);
    if (parsed === undefined) throw new ToolFault('BAD_ARGUMENTS');
    checkArguments(tool, parsed);
    if (signal.aborted) throw new ToolFault('STOPPED');
    const { mcp } = tool;
    if (mcp !== undefined) return callMcpTool({ job, tool: { ...tool, mcp }, arguments: parsed, signal });
    const { messageId, conversationId, tenantId, userId } = job;
    const id = `${messageId}:${call.id}`;
    const about = { messageId, conversationId, tenantId, userId };
    const body = JSON.stringify({ tool: tool.name, arguments: parsed, ...about });
    const { url, timeoutMs } = tool;
    const secret = secretOf(job, tool);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/*;q=0.9',
      'accept-encoding': 'identity',
      'idempotency-key': id,
      ...signatureHeaders({ secret, id, at: Date.now(), body }),
    };
    return postCall({ dispatcher, url, headers, body, timeoutMs, signal });
  };
  const callWithSlot = async (job: ReplyJob, call: RequestedCall, signal: AbortSignal): Promise<ToolOutcome> => {
    using _slot = await slots.take(job.tenantId, signal);
    const search = isSearch(job, call) ? options.searchDocuments : undefined;
    if (search === undefined) return { status: 'COMPLETED', result: await callTool(job, call, signal) };
    const found = await search(job, call, signal);
    return { status: 'COMPLETED', result: found.map(wordsOf).join('\n'), found };
  };

  return {
    searchesDocuments: options.searchDocuments !== undefined,
    async run(job, call, signal) {
      const observe = toolCallDuration.start();
      try {
        const outcome = await inSpan('call tool', { kind: 'client' }, () => callWithSlot(job, call, signal));
        observe({ outcome: 'COMPLETED' });
        return outcome;
      } catch (err) {
        if (!(err instanceof ToolFault)) throw err;
        observe({ outcome: err.code });
        const { messageId, tenantId } = job;
        const { code, cause } = err;
        const about = { ...activeRequest(), messageId, tenantId, tool: call.name };
        logger.info({ ...about, code, err: cause }, 'a tool call failed');
        return { status: 'FAILED', result: err.message };
      }
    },
    async [Symbol.asyncDispose]() {
      resolver[Symbol.dispose]();
      await dispatcher.destroy();
    },
  };
};
