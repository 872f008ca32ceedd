import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CaseEntity, VerdictEntity } from '../entities.ts';
import { acme, engines, globex, identityOf, openSafetyFixture, type SafetyFixture } from '../safety.fixture.ts';

describe.each(engines)('on %s', (engine) => {
  let safety: SafetyFixture;
  beforeAll(async () => {
    safety = await openSafetyFixture(engine);
  });
  afterAll(() => safety[Symbol.asyncDispose]());

  test('the cases of a deleted user go, and those of others stay, as do verdicts', async () => {
    const rude = 'I will kill you tomorrow, you bitch';
    const [own, foreign, later] = [randomUUID(), randomUUID(), randomUUID()];
    await safety.screen(rude, own);
    await safety.screen(rude, foreign, globex);
    const { userId } = identityOf(acme);
    const others = await safety.database.forTenant(acme).findOneOrFail(CaseEntity, { messageId: own });
    await safety.finish(later, rude, randomUUID(), { userId: randomUUID() });
    await vi.waitFor(async () => {
      expect(await safety.database.forTenant(acme).count(CaseEntity, { messageId: later })).toBe(1);
    });
    expect(others).toMatchObject({ userId, excerpt: rude });
    const body = { tenantId: acme, userId, before: new Date().toISOString() };
    for (const id of [randomUUID(), randomUUID()])
      await safety.ports.broker.publish('events', 'user.deleted', id, body);
    const cases = (tenant: string, messageId: string) =>
      safety.database.forTenant(tenant).count(CaseEntity, { messageId });
    await vi.waitFor(async () => expect(await cases(acme, own)).toBe(0));
    expect([await cases(globex, foreign), await cases(acme, later)]).toEqual([1, 1]);
    expect(await safety.database.forTenant(acme).count(VerdictEntity, { messageId: own })).toBe(1);
  });
});
