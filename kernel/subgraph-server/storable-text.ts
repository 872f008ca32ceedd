/**
 * Text that no subgraph can store: PostgreSQL has no U+0000 in texts, and no half of a surrogate pair in JSON. It is
 * refused before any work, because in the middle of a turn it would be a fault of the server.
 */
import { AppError } from '../errors.ts';

/** Checks all strings in a JSON value, at any depth. Throws BAD_USER_INPUT. */
export const requireStorableText = (value: unknown): void => {
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) waiting.push(inner);
    if (typeof next === 'string' && (next.includes('\0') || !next.isWellFormed())) {
      throw new AppError(
        'BAD_USER_INPUT',
        'A text holds the character U+0000 or half of a surrogate pair. Leave it out.',
      );
    }
  }
};
