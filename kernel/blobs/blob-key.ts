/** Which keys a blob store takes. Invariant: a key that passes names a place below its root, whatever the store is. */
import { AppError } from '../errors.ts';

/** Three or more segments; none starts with a dot, so none is `..` or hidden. */
const keyPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*){2,}$/;
/** The limit of S3. */
const maxKeyLength = 1024;

export const isBlobKey = (key: string): boolean => key.length <= maxKeyLength && keyPattern.test(key);

/** Throws BAD_USER_INPUT. */
export const checkBlobKey = (key: string): string => {
  if (isBlobKey(key)) return key;
  throw new AppError(
    'BAD_USER_INPUT',
    'A blob key is tenantId/kind/name, of letters, digits, dots, dashes and underscores.',
  );
};
