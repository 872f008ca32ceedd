/**
 * What the person who is signed in may do here. It decides only what is shown: the server checks each operation by
 * itself.
 */
import { createContext, useContext } from 'react';

/** Roles, and scopes of the operator. */
export type Right = 'ADMIN' | 'BILLING_ADMIN' | 'models:write' | 'tenants:write';

export interface Access {
  readonly userId: string;
  /** How the page calls the person. */
  readonly name: string;
  readonly tenantName: string;
  readonly rights: ReadonlySet<string>;
}

export const AccessContext = createContext<Access | undefined>(undefined);

export const useAccess = (): Access => {
  const access = useContext(AccessContext);
  if (!access) throw new Error('Nobody is signed in above this component.');
  return access;
};

export const holdsAny = ({ rights }: Access, wanted: readonly Right[]): boolean =>
  wanted.some((right) => rights.has(right));
