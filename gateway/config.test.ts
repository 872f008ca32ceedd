import { expect, test } from 'vitest';
import { parseEnvironment } from '#kernel/config/environment.ts';
import { gatewayEnvironment } from './config.ts';

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
