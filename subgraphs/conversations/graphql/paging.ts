/** Relay paging: opaque cursors over a JSON value, and page sizes with a bound. */
import type { z } from 'zod';
import { AppError } from '#kernel/errors.ts';

export const defaultPageSize = 50;
export const maxPageSize = 200;

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

/** Throws BAD_USER_INPUT unless 0 <= size <= maxPageSize. */
export const pageSize = (size: number | null | undefined, argument: string): number => {
  const wanted = size ?? defaultPageSize;
  if (wanted < 0 || wanted > maxPageSize) {
    throw new AppError('BAD_USER_INPUT', `"${argument}" is between 0 and ${maxPageSize}.`, { argument });
  }
  return wanted;
};
