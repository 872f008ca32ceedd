/** Why a tool call failed: a code for the operator, and a sentence for the model and the client. */

const sentences = {
  UNKNOWN_TOOL: 'There is no tool with this name.',
  BAD_ARGUMENTS: 'The arguments are not a JSON object of at most 64 levels.',
  MISFIT: 'The arguments do not fit the parameters of the tool:',
  NO_SECRET: 'The tool cannot be called, because its secret cannot be read. An administrator has to give it a new one.',
  NOT_PUBLIC: 'The tool may not be called: its address is not a public one with TLS.',
  BUSY: 'Too many tool calls run at once. Call it again later.',
  UNREACHABLE: 'The tool cannot be reached.',
  TIMEOUT: 'The tool did not respond in time.',
  CUT_OFF: 'The response of the tool was cut off.',
  REDIRECT: 'The tool responded with a redirect, which is not followed.',
  REFUSED: 'The tool refused the call',
  FAILED: 'The tool failed',
  TOO_LONG: 'The response of the tool is longer than 64 KiB.',
  UNAUTHORIZED: 'The server of the tool refuses the credentials. An administrator has to set them again.',
  BAD_RESPONSE: 'The server of the tool gave a response that cannot be used.',
  NOT_TEXT: 'The response of the tool is not text.',
  STOPPED: 'The reply was stopped before the tool had responded.',
} as const;

export type ToolFaultCode = keyof typeof sentences;

export class ToolFault extends Error {
  override readonly name = 'ToolFault';
  readonly code: ToolFaultCode;

  /** @param details the end of the sentence, where it is open. */
  constructor(code: ToolFaultCode, details = '', options: ErrorOptions = {}) {
    super(sentences[code] + details, options);
    this.code = code;
  }
}
