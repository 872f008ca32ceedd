/** The environment of the development issuer's process. It does not start in production. */
import { z } from 'zod';

/** Also of the standalone, where it serves the issuer. */
export const programEnvironment = {
  DEVELOPMENT_PROGRAM_SECRET: z
    .string()
    .min(16)
    .max(200)
    .regex(/^[\w.~-]+$/, 'must consist of letters, digits, dots, hyphens, underscores and tildes')
    .optional()
    .describe(
      'Secret, of at least 16 characters, with which the program `parlance-program` gets tokens from the development issuer by client credentials. `OIDC_SERVICE_ACCOUNTS` gives it its tenant. Not set: it gets none.',
    ),
};

export const issuerEnvironment = z
  .object({
    ...programEnvironment,
    NODE_ENV: z
      .enum(['development', 'production', 'test'])
      .default('development')
      .describe('In production the development issuer does not start: it signs in anybody as anybody.'),
    HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(4080).describe('Port to listen on.'),
    DATA_DIR: z.string().default('.data').describe('Directory with the key, and with who is signed in.'),
    OIDC_ISSUER: z
      .url()
      .optional()
      .describe(
        'Address under which browsers and gateways reach it, with a loopback name or one that ends in `.localhost`: the `iss` of its tokens. Not set: the address it listens on.',
      ),
    PUBLIC_URL: z
      .url()
      .default('http://127.0.0.1:4000')
      .describe('Address of the gateway in a browser: people who sign in return there.'),
    ACCESS_TOKEN_SECONDS: z.coerce
      .number()
      .int()
      .positive()
      .default(600)
      .describe('Seconds for which the access tokens of web pages are valid.'),
  })
  .refine(({ NODE_ENV }) => NODE_ENV !== 'production', {
    path: ['NODE_ENV'],
    message: 'must not be production: the development issuer signs in anybody as anybody',
  });
