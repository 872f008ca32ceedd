/**
 * Admits operations without a sign-in that read one public field of Query (`@public` in the supergraph) and nothing
 * else. They run as a visitor, who has no tenant, no role and no scope. Invariant: what asks for anything else is
 * refused before it is validated or planned, so visitors learn nothing of the schema and take no time of the planner.
 */
import type { IncomingMessage } from 'node:http';
import { type DocumentNode, getOperationAST, Kind, parse } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import type { TokenBucket } from '#kernel/limiter/limiter.ts';
import { createAddressBuckets } from '../authentication/address-buckets.ts';
import { visitor } from '../authentication/authenticator.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { toGraphQLError } from '../errors/graphql-error.ts';
import type { AddressOf } from '../limits/client-address.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';

/** Requests of one address without a sign-in. */
export const defaultVisitorRate: TokenBucket = { capacity: 60, refillPerSecond: 1 };

/** Bytes of a request without a sign-in. */
const maxVisitorBytes = 16 * 1024;
/** Tokens of its document. */
const maxTokens = 500;

/** A document, and which of its operations is asked for. */
interface AskedOperation {
  readonly query: string;
  readonly operationName?: string | null | undefined;
}

export interface PublicOperations {
  /** Whether a request without a sign-in may be read at all. Costs next to nothing. */
  mayRead(request: IncomingMessage): boolean;
  /**
   * The sender, as a visitor where it is nobody and asks for nothing but what is public. Throws a GraphQLError: of the
   * code RATE_LIMITED when its address has sent too many such requests, or that of its sign-in where it needs one.
   */
  withVisitor(
    sender: OperationContext,
    requested: AskedOperation | undefined,
    request: IncomingMessage,
  ): OperationContext;
}

const parseBounded = (query: string): DocumentNode | undefined => {
  try {
    return parse(query, { maxTokens, noLocation: true });
  } catch {
    return undefined;
  }
};

/** The one field that a query reads beside `__typename`; undefined for everything else. */
const onlyField = ({ query, operationName }: AskedOperation): string | undefined => {
  const document = parseBounded(query);
  const operation = document && getOperationAST(document, operationName);
  if (operation?.operation !== 'query') return undefined;
  const { selections } = operation.selectionSet;
  const names = selections.map((selection) => (selection.kind === Kind.FIELD ? selection.name.value : undefined));
  const fields = names.filter((name) => name !== '__typename');
  return fields.length === 1 ? fields[0] : undefined;
};

export const createPublicOperations = (
  current: () => SchemaGeneration,
  addressOf: AddressOf,
  rate: TokenBucket,
): PublicOperations => {
  const buckets = createAddressBuckets(rate);
  const takeVisit = (address: string): void => {
    const retryAfterMs = buckets.waitOf(address);
    if (retryAfterMs > 0) {
      throw toGraphQLError(
        new AppError('RATE_LIMITED', 'Too many requests from this address. Wait a moment.', { retryAfterMs }),
      );
    }
    buckets.take(address);
  };
  return {
    mayRead: ({ method, headers }) =>
      method === 'POST' &&
      current().publicFields.size > 0 &&
      Number(headers['content-length'] ?? Number.NaN) <= maxVisitorBytes &&
      !/event-stream|multipart/i.test(headers.accept ?? ''),
    withVisitor(sender, requested, request) {
      if (sender.user) return sender;
      const field = requested && onlyField(requested);
      if (field !== undefined && current().publicFields.has(field)) {
        takeVisit(addressOf(request));
        return { ...sender, user: visitor };
      }
      if (sender.isVisit && sender.signInFault) throw toGraphQLError(sender.signInFault);
      return sender;
    },
  };
};
