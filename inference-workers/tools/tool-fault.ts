/**
 * Why a tool call failed: a code for whoever watches the worker, and a sentence that the model and the client are told.
 */

const sentences = {
  UNKNOWN_TOOL: 'There is no tool of this name.',
  BAD_ARGUMENTS: 'The arguments are not a JSON object of at most 64 levels.',
  NOT_PUBLIC: 'The tool may not be called: its address is not a public one with TLS.',
  BUSY: 'Too many calls of tools run at once. Call it again later.',
  UNREACHABLE: 'The tool cannot be reached.',
  TIMEOUT: 'The tool did not answer in time.',
  CUT_OFF: 'The answer of the tool was cut off.',
  REDIRECT: 'The tool answered with a redirect, which is not followed.',
  REFUSED: 'The tool refused the call',
  FAILED: 'The tool failed',
  TOO_LONG: 'The answer of the tool is longer than 64 KiB.',
  NOT_TEXT: 'The answer of the tool is no text.',
  STOPPED: 'The answer was stopped before the tool had answered.',
} as const;

export type ToolFaultCode = keyof typeof sentences;

export class ToolFault extends Error {
  override readonly name = 'ToolFault';
  readonly code: ToolFaultCode;

  /** @param details what the sentence ends with, where it has no end. */
  constructor(code: ToolFaultCode, details = '', options: ErrorOptions = {}) {
    super(sentences[code] + details, options);
    this.code = code;
  }
}
