/**
 * `npm run --silent token -- --tenant acme --user ada --role ADMIN [--expires 1h]`: prints a token of the development
 * issuer.
 */
import { parseArgs } from 'node:util';
import { type Role, roles } from '#contracts/identity.ts';
import { type DevelopmentTenant, type DevelopmentUser, developmentTenants } from '#kernel/development-tenants.ts';
import { developmentIssuerName, openDevelopmentIssuer } from '../standalone/issuer/development-issuer.ts';

const fail = (sentence: string): never => {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
};

const namesOf = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(', ');
const isRole = (name: string): name is Role => roles.some((role) => role === name);

const readFlags = () =>
  parseArgs({
    options: {
      tenant: { type: 'string', default: 'acme' },
      user: { type: 'string', default: 'ada' },
      role: { type: 'string', multiple: true, default: ['USER'] },
      scope: { type: 'string', default: '' },
      expires: { type: 'string', default: '1h' },
    },
  }).values;

const values = (() => {
  try {
    return readFlags();
  } catch {
    return fail(
      'Usage: npm run --silent token -- [--tenant NAME] [--user NAME] [--role ROLE]... [--scope SCOPES] [--expires SPAN]',
    );
  }
})();
const tenant: DevelopmentTenant =
  developmentTenants.find(({ name }) => name === values.tenant) ??
  fail(`--tenant is one of: ${namesOf(developmentTenants)}`);
const user: DevelopmentUser =
  tenant.users.find(({ name }) => name === values.user) ??
  fail(`--user of ${tenant.name} is one of: ${namesOf(tenant.users)}`);
const given = values.role.filter(isRole);
if (given.length !== values.role.length) fail(`--role is one of: ${roles.join(', ')}`);

const dataDirectory = process.env['DATA_DIR'] || '.data';
const issuer = await openDevelopmentIssuer(dataDirectory, process.env['OIDC_ISSUER'] || developmentIssuerName).catch(
  (fault: Error) => fail(fault.message),
);
try {
  const token = await issuer.sign({ tenant, user, roles: given, scope: values.scope, expires: values.expires });
  process.stdout.write(`${token}\n`);
} catch {
  fail('--expires is a time span such as 1h, 30m or "2 days".');
}
