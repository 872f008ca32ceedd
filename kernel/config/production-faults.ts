/**
 * What a process refuses in production although its form is right: secrets that everybody can read in our own files,
 * secrets that are easy to guess, variables that hold nothing but spaces, and addresses of sign-ins without TLS.
 */

export interface EnvironmentFault {
  readonly name: string;
  readonly message: string;
}
type Given = Readonly<Record<string, string | undefined>>;

const remedy = 'set a random one, such as the output of "openssl rand -base64 32"';

/** Those of docker-compose.yml and of the documentation. */
const exampleSecrets: ReadonlySet<string> = new Set([
  'only-for-this-machine-only-for-this-machine',
  'only-for-this-machine-sealing-only-here',
]);
/** Those of docker-compose.yml, of the documentation, and the first that anybody tries. */
const examplePasswords: ReadonlySet<string> = new Set([
  ...['parlance', 'password', 'secret', 'guest', 'postgres', 'redis', 'rabbitmq', 'admin', 'root', 'changeme', 'test'],
]);
/** Distinct characters of a secret, at least: 32 random characters, even hexadecimal ones, have more. */
const leastVariety = 8;

const secretFault = (value: string): string | undefined => {
  if (exampleSecrets.has(value)) return `is the example that everybody can read; in production, ${remedy}`;
  return new Set(value).size < leastVariety ? `is easy to guess; in production, ${remedy}` : undefined;
};

const passwordFault = (value: string): string | undefined => {
  // Several nodes are separated by commas.
  for (const url of value.split(',')) {
    if (!URL.canParse(url)) continue;
    const { password } = new URL(url);
    if (password !== '' && examplePasswords.has(decodeURIComponent(password).toLowerCase())) {
      return 'has the password of an example; in production, give the server a random one and set it here';
    }
  }
  return undefined;
};

/** Clients of AMQP take guest and guest where a URL names nobody. */
const brokerFault = (value: string): string | undefined =>
  URL.canParse(value) && new URL(value).password === ''
    ? 'has no password, so RabbitMQ would be asked as guest; in production, name a user of its own with a random one'
    : undefined;

const issuerFault = (value: string): string | undefined =>
  value.startsWith('http:')
    ? 'must be an address with https in production: whoever changes its keys on the way can sign in as anybody'
    : undefined;

const publicUrlFault = (value: string): string | undefined =>
  value.startsWith('http:')
    ? 'must be an address with https in production: whoever reads the cookie of a session on the way has the session'
    : undefined;

const checks: Readonly<Record<string, (value: string) => string | undefined>> = {
  IDENTITY_SECRET: secretFault,
  IDENTITY_SECRET_SECOND: secretFault,
  SEALING_KEY: secretFault,
  SEALING_KEY_SECOND: secretFault,
  DATABASE_URL: passwordFault,
  REDIS_URL: passwordFault,
  RABBITMQ_URL: (value) => passwordFault(value) ?? brokerFault(value),
  OIDC_ISSUER: issuerFault,
  OIDC_JWKS_URI: issuerFault,
  PUBLIC_URL: publicUrlFault,
};

/** @param names the variables of the process, where they are known; others are not its own. */
export const productionFaults = (
  given: Given,
  names: readonly string[] = Object.keys(checks),
): readonly EnvironmentFault[] =>
  names.flatMap((name) => {
    const value = given[name];
    if (value === undefined) return [];
    const message = value.trim() === '' ? 'holds nothing but spaces; set it, or leave it out' : checks[name]?.(value);
    return message === undefined ? [] : [{ name, message }];
  });
