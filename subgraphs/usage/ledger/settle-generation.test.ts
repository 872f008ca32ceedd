import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UsageEventEntity } from '../entities.ts';
import { asService, finished, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';
import { settleGeneration } from './settle-generation.ts';

const usageQuery = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Message { usage { costUsd } } }
}`;

describe('settling', () => {
  let usage: UsageFixture;
  beforeAll(async () => {
    usage = await openUsageFixture('pglite');
  });
  afterAll(() => usage[Symbol.asyncDispose]());

  const ledger = (tenantId: string) => usage.database.forTenant(tenantId).find(UsageEventEntity, {});

  it('enters an embedded document once, whoever reports it again, and none that was not embedded', async () => {
    const user = await usage.tenant();
    const { tenantId, userId } = user;
    const embedded = {
      ...{ tenantId, userId, fileId: v7(), indexId: v7(), model: 'openai/text-embedding-3-small' },
      ...{ dimensions: 1536, chunkCount: 3, tokens: 1_200, price: '0.02', durationMs: 5 },
    };
    const failed = { ...embedded, indexId: v7(), failure: 'The file has no text.' };
    for (const event of [failed, embedded, embedded])
      await usage.ports.broker.publish('events', 'document.embedded', event.indexId, event);
    const end = finished(user);
    await usage.ports.broker.publish('events', 'message.finished', end.messageId, end);
    await vi.waitFor(async () => expect(await ledger(tenantId)).toHaveLength(2), { timeout: 10_000 });
    expect((await ledger(tenantId)).find(({ kind }) => kind === 'EMBEDDING')).toMatchObject({
      ...{ messageId: embedded.indexId, userId, conversationId: null, modelId: embedded.model, provider: 'openai' },
      ...{ inputTokens: 1_200, costUsd: '0.000024' },
    });
  });

  it('enters what a worker reports through the broker once, however often it is delivered', async () => {
    const user = await usage.tenant();
    const result = finished(user);
    const input = {
      messageId: result.messageId,
      conversationId: result.conversationId,
      inputTokens: 900,
      maxOutputTokens: 1000,
    };
    const reserved = await usage.execute(
      asService(user),
      'mutation ($input: ReserveTokensInput!) { reserveTokens(input: $input) { messageId plan reservedTokens } }',
      { input },
    );
    expect(reserved.data).toEqual({
      reserveTokens: { messageId: result.messageId, plan: 'PRO', reservedTokens: 1900 },
    });
    for (const _ of [1, 2, 3]) await usage.ports.broker.publish('events', 'message.finished', result.messageId, result);
    const last = finished(user);
    await usage.ports.broker.publish('events', 'message.finished', last.messageId, last);
    await vi.waitFor(async () => expect(await ledger(user.tenantId)).toHaveLength(2), { timeout: 10_000 });
    const representations = [result, last].map(({ messageId }) => ({ __typename: 'Message', id: messageId }));
    expect((await usage.execute(user, usageQuery, { representations })).data).toEqual({
      _entities: [{ usage: { costUsd: '0.0001662' } }, { usage: { costUsd: '0.0001662' } }],
    });
    const { data } = await usage.execute(user, '{ quota { day { usedTokens } minute { usedTokens } } }');
    expect(data).toEqual({ quota: { day: { usedTokens: 1077 }, minute: { usedTokens: 1077 } } });
  });

  it('bills a reply with several shares once, as if one attempt had written it, and itemises each', async () => {
    const user = await usage.tenant();
    const tokens = (inputTokens: number, outputTokens: number) =>
      ({ inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0, source: 'COUNTED' }) as const;
    const price = { input: '1', cachedInput: '0.5', output: '2' };
    const share = { modelId: 'openai/gpt-4o-mini', provider: 'openai', price };
    const result = finished(user, {
      attempt: 3,
      parts: [
        { ...share, attempt: 1, inAnswer: false, usage: tokens(1000, 50) },
        { ...share, attempt: 2, inAnswer: true, usage: tokens(1000, 30) },
        { ...share, attempt: 3, inAnswer: true, modelId: 'openai/other', usage: tokens(1030, 70) },
      ],
    });
    expect(await settleGeneration(usage.database, result)).toBe(true);
    expect(await settleGeneration(usage.database, result)).toBe(false);
    const fields = 'attempt inAnswer inputTokens outputTokens costUsd model { id }';
    const query = usageQuery.replace('costUsd', `costUsd inputTokens outputTokens attempts { ${fields} }`);
    const { data } = await usage.execute(user, query, {
      representations: [{ __typename: 'Message', id: result.messageId }],
    });
    const model = { id: 'openai/gpt-4o-mini' };
    expect(data).toEqual({
      _entities: [
        {
          usage: {
            costUsd: '0.0012',
            inputTokens: 1000,
            outputTokens: 100,
            attempts: [
              { attempt: 1, inAnswer: false, inputTokens: 1000, outputTokens: 50, costUsd: '0', model },
              { attempt: 2, inAnswer: true, inputTokens: 1000, outputTokens: 30, costUsd: '0.00106', model },
              {
                attempt: 3,
                inAnswer: true,
                inputTokens: 1030,
                outputTokens: 70,
                costUsd: '0.00014',
                model: { id: 'openai/other' },
              },
            ],
          },
        },
      ],
    });
  });

  it('shows and sums absurd counts of a provider without an error', async () => {
    const user = await usage.tenant();
    const most = Number.MAX_SAFE_INTEGER;
    const absurd = {
      ...{ inputTokens: most, cachedInputTokens: most, outputTokens: most, reasoningTokens: most },
      source: 'PROVIDER',
    } as const;
    const price = { input: '1', cachedInput: '1', output: '1' };
    const share = { modelId: 'openai/gpt-4o-mini', provider: 'openai', price, usage: absurd, inAnswer: true };
    const whole = finished(user, { usage: absurd });
    const shared = finished(user, { parts: [1, 2, 3].map((attempt) => ({ ...share, attempt })) });
    for (const result of [whole, shared]) {
      const { messageId, conversationId } = result;
      const input = { messageId, conversationId, inputTokens: 2 ** 31 - 1, maxOutputTokens: 2 ** 31 - 1 };
      const reserve = 'mutation ($input: ReserveTokensInput!) { reserveTokens(input: $input) { reservedTokens } }';
      expect((await usage.execute(asService(user), reserve, { input })).errors).toBeUndefined();
      expect(await settleGeneration(usage.database, result)).toBe(true);
    }
    const counts = 'inputTokens cachedInputTokens outputTokens reasoningTokens';
    const query = usageQuery.replace('costUsd', `${counts} attempts { attempt ${counts} }`);
    const representations = [whole, shared].map(({ messageId }) => ({ __typename: 'Message', id: messageId }));
    const { data, errors } = await usage.execute(user, query, { representations });
    expect(errors).toBeUndefined();
    const shown = 2 ** 31 - 1;
    const all = {
      ...{ inputTokens: shown, cachedInputTokens: shown, outputTokens: shown, reasoningTokens: shown },
      attempts: expect.any(Array),
    };
    expect(data).toEqual({ _entities: [{ usage: all }, { usage: all }] });
    const year = new Date().getUTCFullYear();
    const range = `{ from: "${year}-01-01T00:00:00Z", to: "${year + 1}-01-01T00:00:00Z" }`;
    const summed = await usage.execute(
      user,
      `{ usageReport(range: ${range}, groupBy: DAY) { totals { ${counts} costUsd } } quota { day { usedTokens } } }`,
    );
    expect(summed.errors).toBeUndefined();
    expect(summed.data).toMatchObject({
      usageReport: { totals: { outputTokens: 4 * most } },
      quota: { day: { usedTokens: 2 * shown } },
    });
  });

  it('bills a title, and does not count it against a quota', async () => {
    const user = await usage.tenant();
    const { status: _, finishReason: __, text: ___, lastSeq: ____, ...reply } = finished(user);
    expect(await settleGeneration(usage.database, { ...reply, title: 'Ledgers' })).toBe(true);
    expect(await ledger(user.tenantId)).toMatchObject([{ kind: 'TITLE', costUsd: '0.0001662' }]);
    const { data } = await usage.execute(user, '{ quota { day { usedTokens } } }');
    expect(data).toEqual({ quota: { day: { usedTokens: 0 } } });
  });

  it('settles a failed generation with what it used, and one that called no model with nothing', async () => {
    const user = await usage.tenant();
    const failure = { code: 'MODEL_ERROR', message: 'The model failed.', retryable: true };
    await settleGeneration(usage.database, finished(user, { status: 'FAILED', finishReason: 'ERROR', failure }));
    const none = {
      inputTokens: 0,
      cachedInputTokens: 0,
      outputTokens: 0,
      reasoningTokens: 0,
      source: 'COUNTED',
    } as const;
    const {
      modelId: _,
      provider: __,
      pool: ___,
      price: ____,
      firstTokenMs: _____,
      ...unserved
    } = finished(user, {
      status: 'FAILED',
      finishReason: 'ERROR',
      failure,
      usage: none,
    });
    await settleGeneration(usage.database, unserved);
    const entries = await ledger(user.tenantId);
    expect(entries.map(({ costUsd, modelId, status }) => [costUsd, modelId, status])).toEqual(
      expect.arrayContaining([
        ['0.0001662', 'openai/gpt-4o-mini', 'FAILED'],
        ['0', null, 'FAILED'],
      ]),
    );
  });

  it('bills a result that cannot be settled, with those figures that can be true', async () => {
    const user = await usage.tenant();
    const result = finished(user);
    const impossible = {
      ...result,
      usage: { inputTokens: 7, cachedInputTokens: 1e30, outputTokens: -1 },
      durationMs: 'x',
    };
    await usage.ports.broker.publish('events', 'message.finished', v7(), impossible);
    await vi.waitFor(async () => expect(await ledger(user.tenantId)).toHaveLength(1), { timeout: 20_000 });
    expect(await ledger(user.tenantId)).toMatchObject([
      { messageId: result.messageId, inputTokens: 7, cachedInputTokens: 0, outputTokens: 0, countedBy: 'COUNTED' },
    ]);
  });

  it('dead-letters what is no result of a generation', async () => {
    const user = await usage.tenant();
    const dead = async () => (await usage.ports.broker.depth('usage.results.dead')).ready;
    const before = await dead();
    const nonsense = [{ hello: 'world' }, { ...finished(user), tenantId: 'acme' }];
    for (const body of nonsense) await usage.ports.broker.publish('events', 'message.finished', v7(), body);
    await vi.waitFor(async () => expect(await dead()).toBe(before + 2), { timeout: 10_000 });
    expect(await ledger(user.tenantId)).toEqual([]);
  });
});
