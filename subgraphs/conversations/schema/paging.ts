/** Relay paging: opaque cursors over a JSON value, and page sizes with a bound. */
import type { z } from 'zod';
import { AppError } from '#kernel/errors.ts';

const defaultPageSize = 50;
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

/** Throws BAD_USER_INPUT when a connection that goes forward only is asked to go backward. */
export const refuseBackward = (args: {
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}): void => {
  for (const argument of ['last', 'before'] as const) {
    if (args[argument] == null) continue;
    throw new AppError('BAD_USER_INPUT', 'This list goes forward only: use "first" and "after".', { argument });
  }
};

/** Throws BAD_USER_INPUT unless 0 <= size <= maxPageSize. */
export const pageSize = (size: number | null | undefined, argument: string): number => {
  const wanted = size ?? defaultPageSize;
  if (wanted < 0 || wanted > maxPageSize) {
    throw new AppError('BAD_USER_INPUT', `"${argument}" is between 0 and ${maxPageSize}.`, { argument });
  }
  return wanted;
};
