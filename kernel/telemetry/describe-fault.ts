/**
 * What a log line says of a fault: its type, message, stack, code and status, and the same of its causes. Invariant:
 * no other field of an error is logged, because errors carry prompts, rows and requests; of a fault that others worded
 * (a model provider, a parser that quotes its input) not even the message is, since it may repeat what a user wrote.
 */

interface DescribedFault {
  readonly type: string;
  readonly message?: string;
  readonly stack?: string;
  readonly code?: string | number;
  readonly status?: string | number;
  readonly cause?: DescribedFault;
}

const longestMessage = 1_000;
const longestStack = 4_000;
const longestCode = 64;
/** Causes of causes that are described. */
const deepest = 4;

/** Errors of the AI SDK carry the provider's words, the request and the response; syntax errors quote their input. */
const quotesOthers = (fault: Error): boolean => fault.name.startsWith('AI_') || fault instanceof SyntaxError;

const scalar = (fault: object, names: readonly string[]): string | number | undefined => {
  for (const [name, value] of Object.entries(Object.getOwnPropertyDescriptors(fault))) {
    if (!names.includes(name)) continue;
    if (typeof value.value === 'number') return value.value;
    if (typeof value.value === 'string') return value.value.slice(0, longestCode);
  }
  return undefined;
};

/** The frames of a stack, without the message above them. */
const framesOf = ({ stack = '' }: Error): string => {
  const at = stack.search(/^\s+at /m);
  return at === -1 ? '' : stack.slice(at, at + longestStack);
};

const describe = (fault: unknown, depth: number): DescribedFault => {
  if (typeof fault !== 'object' || fault === null) {
    return { type: typeof fault, message: String(fault).slice(0, longestMessage) };
  }
  const code = scalar(fault, ['code']);
  const status = scalar(fault, ['status', 'statusCode']);
  const known = { ...(code === undefined ? {} : { code }), ...(status === undefined ? {} : { status }) };
  // What a provider sends inside its stream is no Error: its words are its own.
  if (!(fault instanceof Error)) return { type: String(scalar(fault, ['type']) ?? 'object'), ...known };
  const causes = fault.cause !== undefined && depth < deepest ? { cause: describe(fault.cause, depth + 1) } : {};
  return {
    type: fault.name,
    ...(quotesOthers(fault) ? {} : { message: fault.message.slice(0, longestMessage) }),
    stack: framesOf(fault),
    ...known,
    ...causes,
  };
};

/** For `err` in a log line. */
export const describeFault = (fault: unknown): DescribedFault => describe(fault, 0);
