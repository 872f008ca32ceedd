/**
 * Relay paging for all subgraphs: opaque cursors over a JSON value, page sizes from 0 to 200 with a default of 50, and
 * the page info of what was found. Invariant: an argument that cannot be used is refused with BAD_USER_INPUT, by its
 * name.
 */
import type { z } from 'zod';
import { AppError } from '../errors.ts';

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

export interface Edge<Node> {
  readonly node: Node;
  readonly cursor: string;
}

export interface Page<Node> {
  readonly edges: Edge<Node>[];
  readonly pageInfo: {
    readonly hasPreviousPage: boolean;
    readonly hasNextPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

export const defaultPageSize = 50;
const maxPageSize = 200;

export const encodeCursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Throws BAD_USER_INPUT naming the argument. */
export const decodeCursor = <Value>(shape: z.ZodType<Value>, cursor: string, argument: string): Value => {
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new AppError('BAD_USER_INPUT', `"${argument}" is not a cursor of this connection. Use endCursor of a page.`, {
      cause,
      argument,
    });
  }
};

const checkSize = (size: number, argument: string): number => {
  if (size >= 0 && size <= maxPageSize) return size;
  throw new AppError('BAD_USER_INPUT', `"${argument}" is between 0 and ${maxPageSize}.`, { argument });
};

/** For a connection that pages both ways. Throws BAD_USER_INPUT unless one size at most is given, within the bounds. */
export const pageSize = ({ first, last }: PageArguments): { readonly size: number; readonly backward: boolean } => {
  if (first != null && last != null) {
    throw new AppError('BAD_USER_INPUT', 'Give "first" or "last", not both.', { argument: 'last' });
  }
  return last == null
    ? { size: checkSize(first ?? defaultPageSize, 'first'), backward: false }
    : { size: checkSize(last, 'last'), backward: true };
};

/** For a connection that pages forward only. Throws BAD_USER_INPUT when it is asked to page backward. */
export const forwardPageSize = (args: PageArguments): number => {
  for (const argument of ['last', 'before'] as const) {
    if (args[argument] == null) continue;
    throw new AppError('BAD_USER_INPUT', 'This list goes forward only: use "first" and "after".', { argument });
  }
  return checkSize(args.first ?? defaultPageSize, 'first');
};

/** The page that holds these edges. */
export const pageOf = <Node>(
  edges: Edge<Node>[],
  { hasPreviousPage, hasNextPage }: { readonly hasPreviousPage: boolean; readonly hasNextPage: boolean },
): Page<Node> => ({
  edges,
  pageInfo: {
    hasPreviousPage,
    hasNextPage,
    startCursor: edges.at(0)?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  },
});

/**
 * A page of a connection that pages forward only.
 * @param rows one more than the page's size where there are so many: the last one shows that another page follows
 * @param keyOf the value of a row's cursor
 */
export const forwardPage = <Row>(
  args: PageArguments,
  rows: readonly Row[],
  keyOf: (row: Row) => unknown,
): Page<Row> => {
  const size = forwardPageSize(args);
  const edges = rows.slice(0, size).map((node) => ({ node, cursor: encodeCursor(keyOf(node)) }));
  return pageOf(edges, { hasPreviousPage: args.after != null, hasNextPage: rows.length > size });
};
