/** Keys that are made of a shared secret, each for one purpose: none of them tells anything of another. */
import { hkdfSync } from 'node:crypto';

/** @param secret where it is undefined, anybody can derive the key */
export const derivedKey = (secret: string | undefined, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret ?? '', '', purpose, 32));
