/** How reports of workers affect routing and health. Each test has its own subgraph. */
import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { acme, identityOf, type ModelsFixture, openModelsFixture } from '../models.fixture.ts';

const user = identityOf(acme);
const admin = identityOf(acme, { roles: ['ADMIN'] });
const globex = '01900000-0000-7000-8000-00000000910b';
const neighbour = identityOf(globex);

const usableIds = async (models: ModelsFixture): Promise<string[]> => {
  const { data } = await models.execute(user, '{ models(onlyUsable: true) { id } }');
  return data.models.map(({ id }: { id: string }) => id);
};
const healthOf = async (models: ModelsFixture, id: string, identity = user) => {
  const fields = 'state samples errorRate firstTokenP50Ms tokensPerSecond queueWaitP50Ms';
  return (await models.execute(identity, `{ model(id: "${id}") { health { ${fields} } } }`)).data.model.health;
};
const chosen = async (models: ModelsFixture, identity = user) => {
  const query = '{ explainRoute(input: {}) { candidates { model { id } verdict } } }';
  return (await models.execute(identity, query)).data.explainRoute.candidates[0];
};

test('lists a model as usable until its last worker signs off or falls silent', async () => {
  await using models = await openModelsFixture();
  expect(await usableIds(models)).toEqual([]);
  await models.announce('w1', ['acme/small', 'local/tiny', 'nobody/allows']);
  await models.announce('w2', ['acme/small']);
  await vi.waitFor(async () => expect(await usableIds(models)).toEqual(['acme/small', 'local/tiny']));
  const tiny = await models.execute(user, '{ model(id: "local/tiny") { displayName contextWindow liveWorkers } }');
  expect(tiny.data.model).toEqual({ displayName: 'tiny (This machine)', contextWindow: 4096, liveWorkers: 1 });

  await models.announce('w1', []);
  await vi.waitFor(async () => expect(await usableIds(models)).toEqual(['acme/small']));

  await models.database.asSystem((em) =>
    em.execute(`update models.instances set seen_at = seen_at - interval '46 seconds'`),
  );
  await models.ports.signals.publish('models.changed', null);
  await vi.waitFor(async () => expect(await usableIds(models)).toEqual([]));
  await models.announce('w2', ['acme/small']);
  await vi.waitFor(async () => expect(await usableIds(models)).toEqual(['acme/small']));
});

test('signals other processes only when routing changes', async () => {
  await using models = await openModelsFixture();
  let signalled = 0;
  await models.ports.signals.subscribe('models.changed', () => {
    signalled += 1;
  });
  await models.announce('w1', ['acme/small']);
  for (let count = 0; count < 3; count += 1) await models.announce('w1', ['acme/small']);
  for (let count = 0; count < 3; count += 1) await models.finish();
  await models.announce('w1', ['acme/small', 'local/tiny']);
  await vi.waitFor(async () => expect(await usableIds(models)).toEqual(['acme/small', 'local/tiny']));
  await vi.waitFor(async () => expect((await models.ports.broker.depth('models.results')).ready).toBe(0));
  expect(signalled).toBe(2);
});

test('a reply that was written before says nothing of its model', async () => {
  await using models = await openModelsFixture();
  await models.announce('w1', ['acme/small']);
  const usage = {
    inputTokens: 1,
    cachedInputTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
    source: 'COUNTED',
  } as const;
  const price = { input: '1', cachedInput: '1', output: '1' };
  const served = { lever: 'REQUEST_CACHE', messageId: randomUUID(), usage, price } as const;
  await models.finish({ reuse: { asked: ['REQUEST_CACHE'], served } });
  await models.finish({ reuse: { asked: ['REQUEST_CACHE'] } });
  await vi.waitFor(async () => expect((await models.ports.broker.depth('models.results')).ready).toBe(0));
  await models.ports.signals.publish('models.changed', null);
  await vi.waitFor(async () => expect(await healthOf(models, 'acme/small')).toMatchObject({ samples: 1 }));
});

test('keeps messages from a failing model until it succeeds again', async () => {
  await using models = await openModelsFixture();
  await models.announce('w1', ['acme/small', 'local/tiny']);
  await vi.waitFor(async () => expect((await chosen(models)).model.id).toBe('acme/small'));
  const changed = models.subscribe(admin, 'subscription { modelHealthChanged { id health { state } } }');
  // The subscription is in force once it delivers a change that this test invents.
  const invented = changed.next();
  await vi.waitFor(async () => {
    await models.ports.signals.publish('models.health.changed', { modelId: 'acme/large' });
    expect(await Promise.race([invented, 'nothing'])).not.toBe('nothing');
  });
  for (let count = 0; count < 5; count += 1) await models.finish({ status: 'FAILED', failure });
  let change = (await changed.next()).data;
  while (JSON.stringify(change).includes('acme/large')) change = (await changed.next()).data;
  expect(change).toEqual({ modelHealthChanged: { id: 'acme/small', health: { state: 'OPEN' } } });
  expect((await chosen(models)).model.id).toBe('local/tiny');

  await models.database.asSystem((em) =>
    em.execute(`update models.generation_outcomes set finished_at = finished_at - interval '31 seconds'`),
  );
  await models.ports.signals.publish('models.changed', null);
  await vi.waitFor(async () => expect((await healthOf(models, 'acme/small')).state).toBe('HALF_OPEN'));
  expect((await chosen(models)).model.id).toBe('local/tiny');

  for (let count = 0; count < 3; count += 1) await models.finish();
  await vi.waitFor(async () => expect((await chosen(models)).model.id).toBe('acme/small'));
  await changed.close();
});

test('keeps messages from a model that fails within replies and is replaced, or leaves them incomplete', async () => {
  await using models = await openModelsFixture();
  await models.announce('w1', ['acme/small', 'local/tiny']);
  await vi.waitFor(async () => expect((await chosen(models)).model.id).toBe('acme/small'));
  const failed = { modelId: 'acme/small', code: 'MODEL_TIMEOUT', firstTokenMs: 50, durationMs: 900 };
  const modelFailures = [failed];
  for (let count = 0; count < 4; count += 1) await models.finish({ modelId: 'local/tiny', modelFailures });
  await models.finish({ status: 'PARTIAL', finishReason: 'ERROR', modelFailures });
  await vi.waitFor(async () => expect((await chosen(models)).model.id).toBe('local/tiny'));
  expect(await healthOf(models, 'acme/small')).toMatchObject({ state: 'OPEN', samples: 5, errorRate: 1 });
  expect(await healthOf(models, 'local/tiny')).toMatchObject({ state: 'CLOSED', samples: 4, errorRate: 0 });
});

const failure = { code: 'MODEL_UNAVAILABLE', message: 'no', retryable: true };
const providerFailed = (modelId = 'acme/small') => ({
  status: 'FAILED' as const,
  failure,
  modelFailures: [{ modelId, code: 'MODEL_UNAVAILABLE', origin: 'PROVIDER' as const, durationMs: 9 }],
});

test('notifies of workers, prices and figures as they are after the change', async () => {
  await using models = await openModelsFixture();
  const query = 'subscription { modelsChanged { id liveWorkers prices { output } health { samples } } }';
  const changed = models.subscribe(user, query);
  /** Reads until an event shows acme/small with these words in its JSON. */
  const shows = async (words: string): Promise<void> => {
    for (;;) {
      const found = /\{"id":"acme\/small".*?(?=\{"id"|$)/.exec(JSON.stringify((await changed.next()).data));
      if (found?.[0].includes(words)) return;
    }
  };
  const first = shows('"samples":0').then(() => true);
  await vi.waitFor(async () => {
    await models.ports.signals.publish('models.changed', null);
    expect(await Promise.race([first, new Promise(setImmediate)])).toBe(true);
  });
  await models.announce('w1', ['acme/small']);
  await shows('"liveWorkers":1');
  await models.announce('w1', []);
  await shows('"liveWorkers":0');
  for (let count = 0; count < 3; count += 1) await models.finish();
  await shows('"samples":3');
  const price = 'price: { input: "1", cachedInput: "1", output: "9.25" }';
  const set = `mutation { setPrice(input: { modelId: "acme/small", ${price} }) { id } }`;
  expect((await models.execute(identityOf(acme, { scopes: ['models:write'] }), set)).errors).toEqual([]);
  await shows('"9.25"');
  await changed.close();
});

test('refusals caused by requests open no circuit, and do not hide failures of the model', async () => {
  await using models = await openModelsFixture();
  await models.announce('w1', ['acme/small', 'local/tiny']);
  const refused = { modelId: 'acme/small', code: 'MODEL_ERROR', origin: 'REQUEST' as const, durationMs: 9 };
  const failed = { status: 'FAILED' as const, failure: { code: 'MODEL_ERROR', message: 'no', retryable: true } };
  for (let count = 0; count < 8; count += 1) await models.finish({ ...failed, modelFailures: [refused] });
  for (let count = 0; count < 8; count += 1) await models.finish({ status: 'CANCELLED', firstTokenMs: undefined });
  // Outcomes that count follow.
  for (let count = 0; count < 5; count += 1) await models.finish({ modelId: 'local/tiny' });
  await vi.waitFor(async () => {
    await models.ports.signals.publish('models.changed', null);
    expect((await healthOf(models, 'local/tiny')).samples).toBe(5);
  });
  expect((await chosen(models)).model.id).toBe('acme/small');
  for (let count = 0; count < 5; count += 1) await models.finish(providerFailed());
  await vi.waitFor(async () => expect((await chosen(models)).model.id).toBe('local/tiny'));
  expect(await healthOf(models, 'acme/small')).toMatchObject({ samples: 5, errorRate: 1 });
});

test('failures of one tenant open the circuit for that tenant, and for all once a second tenant has failures', async () => {
  await using models = await openModelsFixture();
  await models.announce('w1', ['acme/small', 'local/tiny']);
  const heard = models.subscribe(
    identityOf(globex, { roles: ['ADMIN'] }),
    'subscription { modelHealthChanged { id } }',
  );
  const first = heard.next();
  for (let count = 0; count < 8; count += 1) await models.finish(providerFailed());
  await vi.waitFor(async () => expect((await chosen(models)).model.id).toBe('local/tiny'));
  await vi.waitFor(async () => {
    await models.ports.signals.publish('models.changed', null);
    expect(await healthOf(models, 'acme/small')).toMatchObject({ state: 'OPEN', samples: 8 });
  });
  expect(await healthOf(models, 'acme/small', neighbour)).toMatchObject({ state: 'CLOSED' });
  expect((await chosen(models, neighbour)).model.id).toBe('acme/small');

  await models.finish({ ...providerFailed(), tenantId: globex });
  await vi.waitFor(async () => expect((await chosen(models, neighbour)).model.id).toBe('local/tiny'));
  const initech = identityOf('01900000-0000-7000-8000-000000001417');
  expect(await healthOf(models, 'acme/small', initech)).toMatchObject({ state: 'OPEN' });
  expect((await first).data).toEqual({ modelHealthChanged: { id: 'acme/small' } });
  await heard.close();
});

test('a row written by the former version counts as that of another tenant', async () => {
  await using models = await openModelsFixture();
  await models.announce('w1', ['acme/small', 'local/tiny']);
  for (let count = 0; count < 5; count += 1) {
    await models.database.call('select models.record_outcome(?, 1, ?, true, 0, null, 1, 0, now())', [
      randomUUID(),
      'acme/small',
    ]);
  }
  await models.finish(providerFailed());
  await vi.waitFor(async () => expect((await chosen(models, neighbour)).model.id).toBe('local/tiny'));
});

test('counts each attempt once, and only failures of the model', async () => {
  await using models = await openModelsFixture();
  const messageId = randomUUID();
  await models.finish({ messageId });
  await models.finish({ messageId });
  await models.finish({ messageId, attempt: 2, firstTokenMs: 300, durationMs: 2300, queueWaitMs: 15 });
  const failure = { code: 'CONTEXT_TOO_LONG', message: 'no', retryable: false };
  await models.finish({ status: 'FAILED', failure, firstTokenMs: undefined });
  const modelFailures = [{ modelId: 'acme/large', code: 'CONTEXT_TOO_LONG', durationMs: 1 }];
  await models.finish({ modelId: undefined, modelFailures });
  await models.finish({ modelId: 'nobody/knows' });
  await vi.waitFor(async () => {
    await models.ports.signals.publish('models.changed', null);
    expect((await healthOf(models, 'acme/small')).samples).toBe(2);
  });
  await vi.waitFor(async () => expect((await models.ports.broker.depth('models.results')).ready).toBe(0));
  expect(await healthOf(models, 'acme/small')).toMatchObject({
    state: 'CLOSED',
    samples: 2,
    errorRate: 0,
    firstTokenP50Ms: 200,
    queueWaitP50Ms: 10,
  });
  const [row] = await models.database.asSystem((em) =>
    em.execute('select count(*)::int as count from models.generation_outcomes'),
  );
  expect(row).toEqual({ count: 2 });
});

test('dead-letters what it cannot parse', async () => {
  await using models = await openModelsFixture();
  await models.ports.broker.publish('events', 'worker.announced', 'x', { nonsense: true });
  await vi.waitFor(async () => expect((await models.ports.broker.depth('models.results.dead')).ready).toBe(1));
});
