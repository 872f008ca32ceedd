/**
 * On whose behalf a request acts. The gateway passes it to subgraphs, and services to each other, as a signed token
 * (kernel/identity.ts).
 */
import { z } from 'zod';

export const roles = ['USER', 'ADMIN', 'BILLING_ADMIN'] as const;
export type Role = (typeof roles)[number];

export const identitySchema = z.object({
  /** UUID of the tenant, the boundary that nothing crosses. */
  tenantId: z.uuid(),
  /** UUID of the acting user. */
  userId: z.uuid(),
  roles: z.array(z.enum(roles)),
  scopes: z.array(z.string()),
  /** UUID of the API key that acts for the user. Its roles are an upper bound, whatever roles the user gets later. */
  apiKeyId: z.uuid().optional(),
  /** The name of a program that signed in with a token of its own, which no person has. */
  serviceAccount: z.string().optional(),
  /** UUID of the session of a browser with which the user is signed in. No right depends on it. */
  sessionId: z.uuid().optional(),
  /** The name of a service that calls a subgraph on its own behalf, which opens the internal fields. */
  service: z.string().optional(),
});
export type Identity = z.infer<typeof identitySchema>;
