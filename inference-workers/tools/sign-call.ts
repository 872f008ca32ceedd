/**
 * Signs tool calls by the Standard Webhooks specification, so that a tool can verify its caller with any library for
 * it.
 */
import { createHmac } from 'node:crypto';

export interface SignedCall {
  /** `whsec_` and the key in Base64. */
  readonly secret: string;
  /** The same for every repetition of a call. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly body: string;
}

export const signatureHeaders = ({ secret, id, at, body }: SignedCall) => {
  const timestamp = String(Math.floor(at / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};
