/**
 * One call of a tool of an MCP server. Invariant: within the tool's time it resolves with text of at most 64 KiB or
 * rejects with a ToolFault. What a result holds beside text is named and left out.
 */
import { ProtocolError } from '@modelcontextprotocol/client';
import type { Dispatcher } from 'undici';
import type { ReplyJob, Tool } from '#contracts/generation-job.ts';
import { type McpCredentials, mcpCredentialsPurpose, mcpCredentialsSchema } from '#contracts/mcp-credentials.ts';
import { createMcpTokens } from '#kernel/mcp/access-tokens.ts';
import { McpFault, type McpFaultCode } from '#kernel/mcp/mcp-fault.ts';
import { withMcpSession } from '#kernel/mcp/mcp-session.ts';
import type { Sealer } from '#kernel/sealing/sealer.ts';
import { maxRefusalChars, maxResponseBytes, readableText } from './result-text.ts';
import { ToolFault, type ToolFaultCode } from './tool-fault.ts';

export interface McpCall {
  readonly job: ReplyJob;
  readonly tool: Tool & { readonly mcp: NonNullable<Tool['mcp']> };
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Aborted when the result is no longer needed. */
  readonly signal: AbortSignal;
}

/** Bytes of all responses of a call: the result, which JSON may blow up, and what the protocol adds. */
const maxBytes = 4 * maxResponseBytes;

const codes: Readonly<Record<McpFaultCode, ToolFaultCode>> = {
  NOT_PUBLIC: 'NOT_PUBLIC',
  UNREACHABLE: 'UNREACHABLE',
  TIMEOUT: 'TIMEOUT',
  TOO_LONG: 'TOO_LONG',
  STOPPED: 'STOPPED',
  UNAUTHORIZED: 'UNAUTHORIZED',
  PROTOCOL: 'BAD_RESPONSE',
};

interface CallResult {
  readonly content?: readonly { readonly type: string; readonly text?: unknown }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

const textOf = ({ content = [], structuredContent }: CallResult): string => {
  const parts = content.map(({ type, text }) =>
    type === 'text' && typeof text === 'string' ? text : `(A part of the kind "${type}" is left out.)`,
  );
  if (parts.length === 0 && structuredContent !== undefined) parts.push(JSON.stringify(structuredContent));
  return readableText(parts.join('\n\n'));
};

/** @param words of the server, for the model */
const refusal = (words: string): ToolFault => {
  const why = readableText(words).trim().slice(0, maxRefusalChars).toWellFormed();
  return new ToolFault('REFUSED', why === '' ? '.' : `: ${why}`);
};

export const createMcpCaller = (dispatcher: Dispatcher, sealer: Sealer): ((call: McpCall) => Promise<string>) => {
  const tokens = createMcpTokens(dispatcher);

  const credentialsOf = ({ job, tool }: McpCall): McpCredentials => {
    try {
      const purpose = mcpCredentialsPurpose(job.tenantId, tool.mcp.server);
      return mcpCredentialsSchema.parse(JSON.parse(sealer.open(tool.secret, purpose)));
    } catch (cause) {
      throw new ToolFault('NO_SECRET', '', { cause });
    }
  };

  return async (call) => {
    const { tool, signal } = call;
    const { url, timeoutMs, mcp } = tool;
    const options = { dispatcher, tokens, url, credentials: credentialsOf(call), timeoutMs, maxBytes, signal };
    let result: CallResult;
    try {
      result = await withMcpSession(options, (client, request) =>
        client.callTool({ name: mcp.tool, arguments: { ...call.arguments } }, request),
      );
    } catch (cause) {
      if (!(cause instanceof McpFault)) throw cause;
      if (cause.code === 'PROTOCOL' && cause.cause instanceof ProtocolError) throw refusal(cause.cause.message);
      throw new ToolFault(codes[cause.code], '', { cause });
    }
    const text = textOf(result);
    if (result.isError) throw refusal(text);
    if (Buffer.byteLength(text) > maxResponseBytes) throw new ToolFault('TOO_LONG');
    return text;
  };
};
