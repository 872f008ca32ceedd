/** Why an MCP server could not be used: a sentence for people. The server's own words stay in the cause. */

export const mcpFaultCodes = [
  'NOT_PUBLIC',
  'UNREACHABLE',
  'TIMEOUT',
  'TOO_LONG',
  'UNAUTHORIZED',
  'PROTOCOL',
  'STOPPED',
] as const;
export type McpFaultCode = (typeof mcpFaultCodes)[number];

export class McpFault extends Error {
  override readonly name = 'McpFault';
  readonly code: McpFaultCode;

  constructor(code: McpFaultCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}
