/** Refusals of our own gateway, with their statuses and close codes: a router of another make has its own. */
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { createClient } from '#tests/support/client.ts';
import { findUser, type Parlance } from '#tests/support/parlance.ts';
import { openSocket } from '../../../gateway/fixtures/socket-client.fixture.ts';
import { openDevelopmentIssuer } from '../../../standalone/issuer/development-issuer.ts';

export const edgeRefusalSuite = (parlance: () => Parlance): void => {
  test('a token that is missing, expired, forged, or for another audience is UNAUTHENTICATED', async () => {
    await using elsewhere = await createDirectory();
    const forger = await openDevelopmentIssuer(elsewhere.path);
    const who = { ...findUser('ada'), roles: ['ADMIN'] as const, scope: '' };
    const tokens = [
      '',
      'nonsense',
      await forger.sign({ ...who, expires: '1h' }),
      await parlance().issuer.sign({ ...who, expires: '-1m' }),
    ];
    for (const token of tokens) {
      await using client = createClient(() => parlance().url, token);
      const { status, errors } = await client.ask('{ viewer { id } }');
      expect([status, errors[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  test('a socket without a token is closed with 4401, with a bad one with 4403', async () => {
    const url = parlance().url.replace(/^http/, 'ws');
    await using silent = await openSocket(url);
    silent.send({ type: 'connection_init' });
    expect((await silent.closed).code).toBe(4401);
    await using forged = await openSocket(url);
    forged.send({ type: 'connection_init', payload: { authorization: 'Bearer nonsense' } });
    expect((await forged.closed).code).toBe(4403);
  });

  test('an operation that is not valid gets the specification’s error', async () => {
    const ada = await parlance().as('ada');
    const malformed = await ada.ask('{ viewer {');
    expect([malformed.status, malformed.errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_PARSE_FAILED']);
    const unknown = await ada.ask('{ nothing }');
    expect([unknown.status, unknown.errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });
};
