/** A program that gets its tokens from the development issuer by client credentials, as partners' programs do. */
import { z } from 'zod';
import { developmentTenants } from '#kernel/development-tenants.ts';
import { developmentProgramId } from '../../standalone/issuer/development-issuer.ts';

export const programSecret = 'the-secret-of-the-test-program';
/** As it appears in the usage of its tenant. */
export const programName = 'Nightly export';

/** For the issuer. */
export const programEnvironment = { DEVELOPMENT_PROGRAM_SECRET: programSecret };
/** For the gateway: a program of acme. */
export const serviceAccountEnvironment = {
  OIDC_SERVICE_ACCOUNTS: JSON.stringify([
    { name: programName, sub: developmentProgramId, tenant: developmentTenants[0]?.id },
  ]),
};

const responseSchema = z.object({ access_token: z.string(), error_description: z.string() }).partial();

/** One request for a token. @param issuer its address */
export const askForToken = async (issuer: string, secret: string) => {
  const credentials = Buffer.from(`${developmentProgramId}:${secret}`).toString('base64');
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token, error_description: reason } = responseSchema.parse(await response.json());
  return { status: response.status, token, reason };
};
