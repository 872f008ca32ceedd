/**
 * A whole Parlance under test, as a user sees it: an address, tokens, and a provider that does what its prompts say.
 * The same suites run on each way to start one (standalone-process.ts, compose-processes.ts).
 */

import type { Role } from '#contracts/identity.ts';
import { developmentTenants } from '#kernel/development-tenants.ts';
import type { ScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import type { DevelopmentIssuer } from '../../standalone/issuer/development-issuer.ts';
import { createClient, type TestClient } from './client.ts';

export interface Parlance extends AsyncDisposable {
  /** GraphQL over HTTP. */
  readonly url: string;
  readonly provider: ScriptedProvider;
  readonly issuer: DevelopmentIssuer;
  /** With the files of the development issuer, and in the standalone with everything. */
  readonly dataDirectory: string;
  /** Where its blob store keeps its files. */
  readonly blobDirectory: string;
  /** A client that is signed in. Ends with the Parlance. */
  as(user: string, options?: SignInOptions): Promise<TestClient>;
  /** SIGKILL to the process that runs this service, then the same process again; resolves when it is ready. */
  crash(service: 'worker' | 'conversations' | 'gateway' | 'usage'): Promise<void>;
}

export interface SignInOptions {
  readonly roles?: readonly Role[];
  readonly scope?: string;
  readonly expires?: string;
}

/** Tenant and user by the user's name. */
export const findUser = (name: string) => {
  for (const tenant of developmentTenants) {
    const user = tenant.users.find((candidate) => candidate.name === name);
    if (user) return { tenant, user };
  }
  throw new Error(`there is no user ${name}`);
};

const defaultRoles: readonly Role[] = ['USER'];

/** `as` of a Parlance; its clients are closed with the stack. */
export const signIn =
  (url: () => string, issuer: DevelopmentIssuer, stack: AsyncDisposableStack): Parlance['as'] =>
  async (name, options = {}) => {
    const { roles = defaultRoles, scope = '', expires = '10m' } = options;
    const token = await issuer.sign({ ...findUser(name), roles, scope, expires });
    return stack.use(createClient(url, token));
  };
