/**
 * The tenants and users of a development installation, by the names that `npm run token` takes. The ids are constants,
 * so that a token made before the first start fits the rows that usage seeds later. Never seeded in production.
 */
import type { Role } from '#contracts/identity.ts';

export interface DevelopmentUser {
  readonly name: string;
  readonly id: string;
  readonly email: string;
  /** Of those who sign in on a web page. `npm run token` takes them as a flag. */
  readonly roles: readonly Role[];
  /** Likewise: those of the operator. */
  readonly scopes: readonly string[];
}

export interface DevelopmentTenant {
  readonly name: string;
  readonly id: string;
  readonly users: readonly DevelopmentUser[];
}

/** What the operator of an installation may do for all tenants. */
export const operatorScopes: readonly string[] = ['models:write', 'tenants:write'];

export const developmentTenants: readonly DevelopmentTenant[] = [
  {
    name: 'acme',
    id: '01900000-0000-7000-8000-00000000ac3e',
    users: [
      {
        name: 'ada',
        id: '01900000-0000-7000-8000-000000000ada',
        email: 'ada@acme.example',
        roles: ['USER', 'ADMIN', 'BILLING_ADMIN'],
        scopes: operatorScopes,
      },
      {
        name: 'grace',
        id: '01900000-0000-7000-8000-0000000062ac',
        email: 'grace@acme.example',
        roles: ['USER'],
        scopes: [],
      },
    ],
  },
  {
    name: 'globex',
    id: '01900000-0000-7000-8000-000000910be7',
    users: [
      {
        name: 'bob',
        id: '01900000-0000-7000-8000-000000000b0b',
        email: 'bob@globex.example',
        roles: ['USER', 'ADMIN'],
        scopes: [],
      },
    ],
  },
];
