/** A page of a Relay connection whose rows are ordered by their ids, forward or backward. */
import { validate } from 'uuid';
import { AppError } from '../errors.ts';
import { type Page, type PageArguments, pageOf, pageSize } from './paging.ts';

/** The rows to find: those with ids in `range`, in the order and up to the number of `options`. */
export interface PageRows {
  readonly range: { readonly $gt?: string; readonly $lt?: string };
  readonly options: { readonly orderBy: { readonly id: 'asc' | 'desc' }; readonly limit: number };
}

const toCursor = (id: string): string => Buffer.from(id).toString('base64url');

const fromCursor = (cursor: string | null | undefined, argument: string): string | undefined => {
  if (cursor == null) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString();
  if (validate(id)) return id;
  throw new AppError('BAD_USER_INPUT', `"${argument}" is not a cursor of this connection.`, { argument });
};

/** Calls `find` once. Throws BAD_USER_INPUT. */
export const pageById = async <Row extends { readonly id: string }>(
  args: PageArguments,
  find: (rows: PageRows) => Promise<Row[]>,
): Promise<Page<Row>> => {
  const { size, backward } = pageSize(args);
  const after = fromCursor(args.after, 'after');
  const before = fromCursor(args.before, 'before');
  const range = { ...(after === undefined ? {} : { $gt: after }), ...(before === undefined ? {} : { $lt: before }) };
  const found = await find({ range, options: { orderBy: { id: backward ? 'desc' : 'asc' }, limit: size + 1 } });
  const more = found.length > size;
  const rows = found.slice(0, size);
  if (backward) rows.reverse();
  return pageOf(
    rows.map((node) => ({ node, cursor: toCursor(node.id) })),
    { hasPreviousPage: backward ? more : after !== undefined, hasNextPage: backward ? before !== undefined : more },
  );
};
