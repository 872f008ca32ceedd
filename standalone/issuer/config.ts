/** The environment of the development issuer's process. */
import { z } from 'zod';

export const issuerEnvironment = z.object({
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4080).describe('Port to listen on.'),
  DATA_DIR: z.string().default('.data').describe('Directory with the key.'),
  OIDC_ISSUER: z
    .url()
    .optional()
    .describe('Address under which others reach it: the `iss` of its tokens. Not set: the address it listens on.'),
});
