/**
 * Who is signed in, as the gateway has it. The page holds no token: the browser sends a cookie that no script can read.
 */
import { writeStored } from '../preferences/stored.ts';

export interface Session {
  readonly userId: string;
  readonly tenantId: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
}

/** `unreachable`: nobody knows, because the server cannot be asked at the moment. */
export type SessionState = Session | 'signedOut' | 'unreachable';

/** Read by the script in the page's head. */
const signedInKey = 'parlance.signed-in';

/** A form of another site cannot send it. */
const sessionHeaders = { 'x-parlance-session': '1' };

const isText = (value: unknown): value is string => typeof value === 'string';

const parseSession = (given: unknown): Session | undefined => {
  if (typeof given !== 'object' || given === null) return undefined;
  const { userId, tenantId, roles, scopes = [] }: Readonly<Record<string, unknown>> = { ...given };
  if (!isText(userId) || !isText(tenantId) || !Array.isArray(roles) || !Array.isArray(scopes)) return undefined;
  return { userId, tenantId, roles: roles.filter(isText), scopes: scopes.filter(isText) };
};

const consoleRights: ReadonlySet<string> = new Set(['ADMIN', 'BILLING_ADMIN', 'models:write', 'tenants:write']);

/** Whether the console has a page for this person. */
export const opensConsole = ({ roles, scopes }: Session): boolean =>
  [...roles, ...scopes].some((right) => consoleRights.has(right));

export const readSession = async (): Promise<SessionState> => {
  try {
    const response = await fetch('/auth/session', { headers: sessionHeaders });
    const session = response.ok ? parseSession(await response.json()) : undefined;
    if (session || response.status === 401 || response.status === 404) {
      writeStored(signedInKey, session ? '1' : undefined);
      return session ?? 'signedOut';
    }
  } catch {
    // Asked again by whoever shows the page.
  }
  return 'unreachable';
};

const locationIn = (body: unknown): string => {
  if (typeof body !== 'object' || body === null || !('redirectTo' in body)) return '/';
  return isText(body.redirectTo) ? body.redirectTo : '/';
};

/** Ends the session on all gateways, then leaves the page. */
export const signOut = async (): Promise<void> => {
  const response = await fetch('/auth/sign-out', { method: 'POST', headers: sessionHeaders });
  writeStored(signedInKey, undefined);
  location.assign(response.ok ? locationIn(await response.json().catch(() => undefined)) : '/');
};
