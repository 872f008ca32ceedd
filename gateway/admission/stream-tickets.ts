/**
 * Tickets for streams that a browser opens with EventSource, which can send no header. A ticket stands in the URL in
 * place of the token, which is sealed in it. URLs end up in logs, so a ticket is worth nothing there. Invariants: it
 * opens one stream, within seconds, and only of the operation for which it was issued.
 */
import { createHash, createSecretKey, hkdfSync, randomUUID } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { AppError } from '#kernel/errors.ts';
import type { Limiter } from '#kernel/limiter/limiter.ts';

/** Name of the ticket among the parameters of a URL. */
export const ticketParameter = 'ticket';

export interface StreamTickets {
  /** @param parameters of the operation, as the URL will have them. @returns the ticket. */
  issue(token: string, parameters: URLSearchParams): Promise<string>;
  /**
   * Returns the token. Throws UNAUTHENTICATED for a ticket that is forged, expired, used, or of another operation, and
   * OVERLOADED while nobody knows whether it was used.
   */
  redeem(ticket: string, parameters: URLSearchParams): Promise<string>;
}

/** Seconds in which a client connects. */
export const ticketSeconds = 30;
/** For which a used ticket is remembered: longer than any clock differs. */
const rememberedMs = 120_000;
const encryption = 'A256GCM';

const refused = (cause?: unknown): AppError =>
  new AppError('UNAUTHENTICATED', 'This ticket is used, expired, or not for this operation. Request another one.', {
    cause,
  });

/** Equal for equal operations. */
const digestOf = (parameters: URLSearchParams): string =>
  createHash('sha256')
    .update(
      JSON.stringify(['query', 'operationName', 'variables', 'extensions'].map((name) => parameters.getAll(name))),
    )
    .digest('base64url');

/** @param secret the same in all gateways. */
export const createStreamTickets = (secret: string, limiter: Limiter): StreamTickets => {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'parlance stream ticket', 32)));

  const opened = async (ticket: string): Promise<Readonly<Record<string, unknown>>> => {
    try {
      const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: [encryption] };
      return (await jwtDecrypt(ticket, key, options)).payload;
    } catch (cause) {
      throw refused(cause);
    }
  };
  const isFirstUse = async (id: string): Promise<boolean> => {
    try {
      const { allowed } = await limiter.countInWindow(`ticket ${id}`, { limit: 1, windowMs: rememberedMs }, 1);
      return allowed;
    } catch (cause) {
      throw new AppError('OVERLOADED', 'Tickets cannot be checked at the moment. Try again.', {
        cause,
        retryAfterMs: 1000,
      });
    }
  };

  return {
    issue: (token, parameters) =>
      new EncryptJWT({ token, operation: digestOf(parameters) })
        .setProtectedHeader({ alg: 'dir', enc: encryption })
        .setJti(randomUUID())
        .setExpirationTime(`${ticketSeconds}s`)
        .encrypt(key),
    async redeem(ticket, parameters) {
      const { token, operation, jti } = await opened(ticket);
      if (typeof token !== 'string' || typeof jti !== 'string' || operation !== digestOf(parameters)) throw refused();
      if (!(await isFirstUse(jti))) throw refused();
      return token;
    },
  };
};
