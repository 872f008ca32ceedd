import { expect, test } from 'vitest';
import { parseEnvironment } from '#kernel/config/environment.ts';
import { gatewayEnvironment, readGatewayConfig } from './config.ts';

const needed = { IDENTITY_SECRET: 'x'.repeat(32), OIDC_ISSUER: 'https://issuer.example' };

test('has a default for everything but secrets and addresses of other services', () => {
  const config = parseEnvironment(gatewayEnvironment, needed);
  expect(config).toMatchObject({ PORT: 4000, HOST: '127.0.0.1', MAX_DEPTH: 12, SUBGRAPH_URLS: {} });
  expect(config.OIDC_ALGORITHMS).toEqual(['RS256', 'PS256', 'ES256', 'EdDSA']);
});

test('describes every variable', () => {
  for (const [name, schema] of Object.entries(gatewayEnvironment.shape)) {
    expect(schema.description, name).toMatch(/\w{3}/);
  }
});

test('reads lists and pairs', () => {
  const config = parseEnvironment(gatewayEnvironment, {
    ...needed,
    SUBGRAPH_URLS: 'usage=http://u:4003/graphql?a=b, models=http://m/graphql|http://n/graphql',
    OIDC_ALGORITHMS: 'ES256, RS256',
    ALLOWED_ORIGINS: 'https://a.example,https://b.example',
  });
  expect(config.SUBGRAPH_URLS).toEqual({
    usage: ['http://u:4003/graphql?a=b'],
    models: ['http://m/graphql', 'http://n/graphql'],
  });
  expect(config.OIDC_ALGORITHMS).toEqual(['ES256', 'RS256']);
  expect(config.ALLOWED_ORIGINS).toEqual(['https://a.example', 'https://b.example']);
});

test('a sign-in of web pages needs Redis, an address to return to, and somebody who signs in', () => {
  const web = { ...needed, OIDC_CLIENT_ID: 'web', REDIS_URL: 'redis://127.0.0.1', PUBLIC_URL: 'https://chat.example' };
  expect(readGatewayConfig(web)).toMatchObject({ PUBLIC_URL: 'https://chat.example', SESSION_IDLE_HOURS: 168 });
  expect(() => readGatewayConfig({ ...web, REDIS_URL: '' })).toThrow('REDIS_URL: must be set with OIDC_CLIENT_ID');
  const production = { ...web, IDENTITY_SECRET: 'abcdefghijklmnopqrstuvwxyz012345', NODE_ENV: 'production' };
  expect(readGatewayConfig(production)).toMatchObject({ OIDC_CLIENT_ID: 'web' });
  expect(() => readGatewayConfig({ ...production, PUBLIC_URL: '' })).toThrow(
    'PUBLIC_URL: must be set with OIDC_CLIENT',
  );
  expect(readGatewayConfig({ ...web, PUBLIC_URL: '' }).PUBLIC_URL).toBeUndefined();
  expect(() => readGatewayConfig({ ...web, AUTHENTICATION: 'none' })).toThrow('OIDC_CLIENT_ID: means nothing where');
  const wrong = ['http://chat.example', 'https://chat.example/app', 'https://me@chat.example', 'ftp://127.0.0.1', 'x'];
  for (const PUBLIC_URL of wrong) expect(() => readGatewayConfig({ ...web, PUBLIC_URL })).toThrow('PUBLIC_URL: ');
  for (const PUBLIC_URL of ['http://localhost:5173', 'http://chat.localhost', 'http://[::1]:4000']) {
    expect(readGatewayConfig({ ...web, PUBLIC_URL })).toMatchObject({ PUBLIC_URL });
  }
});

test('reports all faults at once', () => {
  const faulty = {
    OIDC_ISSUER: 'nowhere',
    OIDC_ALGORITHMS: 'HS256',
    SUBGRAPH_URLS: 'usage',
    MAX_COST: '-1',
    PORT: 'x',
  };
  expect(() => parseEnvironment(gatewayEnvironment, faulty)).toThrow(
    /SUBGRAPH_URLS: must be name=URL pairs[\s\S]*PORT[\s\S]*IDENTITY_SECRET[\s\S]*OIDC_ISSUER[\s\S]*OIDC_ALGORITHMS[\s\S]*MAX_COST/,
  );
});
