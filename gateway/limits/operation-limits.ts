/**
 * The limits of one operation: bytes, tokens, depth, aliases, directives, root fields and cost. The text is checked
 * before it is parsed, everything else after validation (so fragments have no cycles) and before planning. Each
 * fragment is measured once, so that measuring is linear in the document even where its expansion is exponential.
 * Introspection counts toward the cost alone: graphql-js bounds its depth.
 */
import { Lexer, Source, TokenKind } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import { costOfIntrospection } from './introspection-cost.ts';
import { measureCost } from './operation-cost.ts';
import { addMeasures, createMeasure, type Measure, type MeasuredOperation } from './operation-measure.ts';

export interface OperationLimits {
  /** Bytes of a request body, and of a WebSocket message. */
  readonly maxBodyBytes: number;
  /** Bytes of a document's text. */
  readonly maxOperationBytes: number;
  /** Lexical tokens of a document. */
  readonly maxTokens: number;
  /** Depth of nested fields. */
  readonly maxDepth: number;
  /** Aliases, counted after fragments are spread. */
  readonly maxAliases: number;
  /** Directives, counted after fragments are spread. */
  readonly maxDirectives: number;
  /** Fields of the root type. */
  readonly maxRootFields: number;
  /**
   * Cost by the weights of the supergraph. Without weights, the number of fields that the result can hold, each counted
   * once for every item of the lists around it. Undefined: 10,000 by weights and for introspection, and no limit where
   * the supergraph weighs nothing, because an assumed size of every list says little about a graph.
   */
  readonly maxCost: number | undefined;
  /** Assumed items of a list when neither `@listSize` nor `first` or `last` determines them. */
  readonly assumedPageSize: number;
  /** Assumed items of a connection, where the schema has no default for `first` or `last` either. */
  readonly assumedConnectionSize: number;
}

/** The limit of a cost that is known: by weights, or of introspection. */
export const defaultMaxCost = 10_000;

export const defaultOperationLimits: OperationLimits = {
  maxBodyBytes: 1024 * 1024,
  maxOperationBytes: 64 * 1024,
  maxTokens: 2000,
  maxDepth: 12,
  maxAliases: 30,
  maxDirectives: 50,
  maxRootFields: 20,
  maxCost: undefined,
  assumedPageSize: 20,
  assumedConnectionSize: 50,
};

const tooComplex = (what: string, found: number, limit: number, more: { readonly cost?: number } = {}): AppError =>
  new AppError(
    'OPERATION_TOO_COMPLEX',
    `The operation has ${what} ${found}; the limit is ${limit}. Ask for less at once.`,
    {
      details: { found, limit, ...more },
    },
  );

const tooLong = (maxBytes: number): AppError =>
  new AppError(
    'PAYLOAD_TOO_LARGE',
    `The text of the operation is larger than ${maxBytes} bytes. Send values as variables, and ask for less at once.`,
    { details: { maxBytes } },
  );

/** Compares the bytes of a text with a limit, and counts them only where multi-byte characters can matter. */
const isLonger = (text: string, maxBytes: number): boolean =>
  text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes);

/**
 * Throws PAYLOAD_TOO_LARGE for a text that is too long, before reading any of it, and OPERATION_TOO_COMPLEX for one
 * with too many tokens. Faulty text passes, because the parser reports it better.
 * @returns the number of tokens.
 */
export const checkText = (text: string, { maxOperationBytes, maxTokens }: OperationLimits): number => {
  if (isLonger(text, maxOperationBytes)) throw tooLong(maxOperationBytes);
  const lexer = new Lexer(new Source(text));
  for (let found = 0; ; found += 1) {
    if (found > maxTokens) throw tooComplex('at least this many tokens:', found, maxTokens);
    try {
      if (lexer.advance().kind === TokenKind.EOF) return found;
    } catch {
      return found;
    }
  }
};

/** The operation must be valid. */
export const measureOperation = (subject: MeasuredOperation, limits: OperationLimits): Measure => {
  const measure = createMeasure(subject, limits);
  const root = subject.schema.getRootType(subject.operation.operation);
  const own = { depth: 0, aliases: 0, directives: subject.operation.directives?.length ?? 0, fields: 0, cost: 0 };
  return addMeasures(own, measure(subject.operation.selectionSet, root ?? undefined, false));
};

/** 0 where neither the supergraph nor the configuration says anything about costs. */
const costOfData = (subject: MeasuredOperation, found: Measure, limits: OperationLimits): number => {
  if (subject.weights) return measureCost(subject, subject.weights, limits.assumedPageSize);
  return limits.maxCost === undefined ? 0 : found.cost;
};

/** Throws OPERATION_TOO_COMPLEX with the number found and its limit. */
export const checkOperation = (subject: MeasuredOperation, limits: OperationLimits): void => {
  const found = measureOperation(subject, limits);
  if (found.depth > limits.maxDepth) throw tooComplex('a depth of', found.depth, limits.maxDepth);
  if (found.aliases > limits.maxAliases) throw tooComplex('this many aliases:', found.aliases, limits.maxAliases);
  if (found.directives > limits.maxDirectives) {
    throw tooComplex('this many directives:', found.directives, limits.maxDirectives);
  }
  if (found.fields > limits.maxRootFields)
    throw tooComplex('this many root fields:', found.fields, limits.maxRootFields);
  const cost = Math.min(Number.MAX_SAFE_INTEGER, costOfData(subject, found, limits) + costOfIntrospection(subject));
  const maxCost = limits.maxCost ?? defaultMaxCost;
  if (cost > maxCost) throw tooComplex('a cost of', cost, maxCost, { cost });
};
