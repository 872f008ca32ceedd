/**
 * Seals short secrets that are stored and travel in messages, so that a copy of the database or of a queue does not
 * give them away: AES-256-GCM, bound to what the secret is for. Invariant: text that was stored before there was a key
 * opens as itself, so a key can be introduced at any time; a sealed text opens for the same purpose only.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '../log.ts';
import { derivedKey } from './derived-key.ts';

export const sealingEnvironment = {
  SEALING_KEY: z
    .string()
    .min(32)
    .optional()
    .describe(
      'Secret that models and workers share, at least 32 characters: seals the secrets of tools where they are stored and in jobs. Set it in the workers first. Not set: they are not sealed, except in the standalone, which makes a key of its own in DATA_DIR.',
    ),
  SEALING_KEY_SECOND: z
    .string()
    .min(32)
    .optional()
    .describe(
      'A second secret, at least 32 characters: what is sealed with it can be opened too. For replacing SEALING_KEY without an interruption.',
    ),
};

export interface SealingKeys {
  readonly SEALING_KEY?: string | undefined;
  readonly SEALING_KEY_SECOND?: string | undefined;
}

/** A sealed text that no key opens for this purpose. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

export interface Sealer {
  /**
   * Returns the text itself where there is no key.
   * @param purpose what the text is for, such as the tenant and the tool; needed to open it
   */
  seal(text: string, purpose: string): string;
  /** Throws SealError. */
  open(text: string, purpose: string): string;
  /** Whether sealing it again would change nothing but its random part. */
  isCurrent(text: string): boolean;
}

const cipher = 'aes-256-gcm';
const ivBytes = 12;
/** Named explicitly, because otherwise shorter tags would pass. */
const authTagLength = 16;
const form = /^sealed:([0-9a-f]{8}):([A-Za-z0-9_-]+)$/;

interface Key {
  /** In front of what it sealed. */
  readonly id: string;
  readonly bytes: Buffer;
}

const keyOf = (secret: string): Key => {
  const bytes = derivedKey(secret, 'parlance sealing');
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
};

/** The sealer of models and workers. Warns in production where nothing is sealed. */
export const createSharedSealer = (
  config: SealingKeys & { readonly NODE_ENV?: string | undefined },
  logger: Logger,
): Sealer => {
  if (config.SEALING_KEY === undefined && config.NODE_ENV === 'production') {
    logger.warn('secrets of tools are not sealed: SEALING_KEY is not set');
  }
  return createSealer(config);
};

export const createSealer = ({ SEALING_KEY, SEALING_KEY_SECOND }: SealingKeys): Sealer => {
  const first = SEALING_KEY === undefined ? undefined : keyOf(SEALING_KEY);
  const second = SEALING_KEY_SECOND === undefined ? undefined : keyOf(SEALING_KEY_SECOND);
  return {
    seal(text, purpose) {
      if (first === undefined) return text;
      const iv = randomBytes(ivBytes);
      const sealing = createCipheriv(cipher, first.bytes, iv, { authTagLength }).setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([iv, sealing.update(text, 'utf8'), sealing.final(), sealing.getAuthTag()]);
      return `sealed:${first.id}:${sealed.toString('base64url')}`;
    },
    open(text, purpose) {
      if (!text.startsWith('sealed:')) return text;
      const [, id, body = ''] = form.exec(text) ?? [];
      const key = [first, second].find((one) => one !== undefined && one.id === id);
      if (key === undefined) throw new SealError('No key opens this text.');
      const bytes = Buffer.from(body, 'base64url');
      try {
        const opening = createDecipheriv(cipher, key.bytes, bytes.subarray(0, ivBytes), { authTagLength })
          .setAAD(Buffer.from(purpose))
          .setAuthTag(bytes.subarray(-authTagLength));
        return opening.update(bytes.subarray(ivBytes, -authTagLength), undefined, 'utf8') + opening.final('utf8');
      } catch (cause) {
        throw new SealError('The text was sealed for another purpose, or was changed.', { cause });
      }
    },
    isCurrent: (text) => first === undefined || form.exec(text)?.[1] === first.id,
  };
};
