/** A page of a Relay connection whose rows are in the order of their ids, forward or backward. */
import { validate } from 'uuid';
import { AppError } from '#kernel/errors.ts';

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Which rows to find: those whose id is in `range`, so ordered, so many. */
export interface PageRows {
  readonly range: { readonly $gt?: string; readonly $lt?: string };
  readonly options: { readonly orderBy: { readonly id: 'asc' | 'desc' }; readonly limit: number };
}

const defaultPageSize = 50;
const maxPageSize = 200;

const toCursor = (id: string): string => Buffer.from(id).toString('base64url');

const fromCursor = (cursor: string | null | undefined, argument: string): string | undefined => {
  if (cursor == null) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString();
  if (validate(id)) return id;
  throw new AppError('BAD_USER_INPUT', `"${argument}" is not a cursor of this connection.`, { argument });
};

const pageSize = ({ first, last }: PageArguments): number => {
  const [size, argument] = last == null ? [first ?? defaultPageSize, 'first'] : [last, 'last'];
  if (first != null && last != null) {
    throw new AppError('BAD_USER_INPUT', 'Give "first" or "last", not both.', { argument });
  }
  if (size >= 0 && size <= maxPageSize) return size;
  throw new AppError('BAD_USER_INPUT', `"${argument}" is between 0 and ${maxPageSize}.`, { argument });
};

/** Asks `find` once. Throws BAD_USER_INPUT. */
export const pageById = async <Row extends { readonly id: string }>(
  page: PageArguments,
  find: (rows: PageRows) => Promise<Row[]>,
) => {
  const size = pageSize(page);
  const after = fromCursor(page.after, 'after');
  const before = fromCursor(page.before, 'before');
  const backward = page.last != null;
  const range = { ...(after === undefined ? {} : { $gt: after }), ...(before === undefined ? {} : { $lt: before }) };
  const found = await find({ range, options: { orderBy: { id: backward ? 'desc' : 'asc' }, limit: size + 1 } });
  const more = found.length > size;
  const rows = found.slice(0, size);
  if (backward) rows.reverse();
  const edges = rows.map((node) => ({ node, cursor: toCursor(node.id) }));
  return {
    edges,
    pageInfo: {
      hasPreviousPage: backward ? more : after !== undefined,
      hasNextPage: backward ? before !== undefined : more,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
};
