import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseEnvironment } from './environment.ts';
import { productionFaults } from './production-faults.ts';

const services = z.object({
  NODE_ENV: z.string().optional(),
  IDENTITY_SECRET: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  RABBITMQ_URL: z.string().optional(),
  SEALING_KEY: z.string().optional(),
  OIDC_ISSUER: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
});

test('production refuses the secrets of docker-compose.yml, blanks and an issuer without TLS, and says what to set', async () => {
  const compose = await readFile(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  const inCompose = (pattern: RegExp): string => pattern.exec(compose)?.[1] ?? 'not found';
  const examples = {
    IDENTITY_SECRET: inCompose(/IDENTITY_SECRET:-([^}]+)}/),
    DATABASE_URL: inCompose(/DATABASE_URL: (\S+)/),
    RABBITMQ_URL: inCompose(/RABBITMQ_URL: (\S+)/),
    SEALING_KEY: inCompose(/SEALING_KEY:-([^}]+)}/),
    OIDC_ISSUER: inCompose(/OIDC_ISSUER: (http:\S+)/),
    OPENAI_API_KEY: '  ',
  };
  expect(parseEnvironment(services, examples)).toEqual(examples);
  const parse = () => parseEnvironment(services, { ...examples, NODE_ENV: 'production' });
  expect(parse).toThrow(
    /IDENTITY_SECRET: is the example.*openssl rand[\s\S]*DATABASE_URL: has the password of an example[\s\S]*RABBITMQ_URL: has the password[\s\S]*SEALING_KEY: is the example[\s\S]*OIDC_ISSUER: must be an address with https[\s\S]*OPENAI_API_KEY: holds nothing but spaces/,
  );
});

test('production takes secrets that are random, and refuses one that is easy to guess', () => {
  const safe = {
    NODE_ENV: 'production',
    IDENTITY_SECRET: '1f0e2d3c4b5a69788796a5b4c3d2e1f0',
    DATABASE_URL: 'postgres://parlance:Zk4-9vQx@db/parlance',
    RABBITMQ_URL: 'amqp://parlance:Zk4-9vQx@mq',
    SEALING_KEY: 'a0b1c2d3e4f5061728394a5b6c7d8e9f',
    OIDC_ISSUER: 'https://login.example.org',
  };
  expect(parseEnvironment(services, safe)).toEqual(safe);
  const guessed = productionFaults({ ...safe, IDENTITY_SECRET: 'x'.repeat(32) });
  expect(guessed).toEqual([{ name: 'IDENTITY_SECRET', message: expect.stringContaining('is easy to guess') }]);
  const asGuest = productionFaults({ ...safe, RABBITMQ_URL: 'amqp://mq' });
  expect(asGuest).toEqual([{ name: 'RABBITMQ_URL', message: expect.stringContaining('as guest') }]);
});
