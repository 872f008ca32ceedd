/** A program with a token of its own, from the issuer to the ledger. */
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '#tests/scripted-provider/script.ts';
import { createClient, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { askForToken, programName, programSecret } from '#tests/support/service-account.ts';
import { until } from '#tests/support/until.ts';

/** @param issuerOf address of the development issuer */
export const serviceAccountSuite = (parlance: () => Parlance, issuerOf: () => string): void => {
  test('a program sends over HTTP, streams over WebSocket, is named in the ledger, and has no web session', async () => {
    const { url } = parlance();
    const { token = '' } = await askForToken(issuerOf(), programSecret);
    expect(decodeJwt(token)).not.toHaveProperty('tenant');
    await using program = createClient(() => url, token);
    const { turn, events } = await program.converse(await program.createConversation(), 'script: tokens=9');
    expect(textOfEvents(events)).toBe(textOf(9));
    expect(turn.replayed).toBe(false);

    const ada = await parlance().as('ada', { roles: ['USER', 'ADMIN'] });
    const group = z.object({
      user: z.object({ name: z.string().nullable() }).nullable(),
      totals: z.object({ outputTokens: z.number() }),
    });
    const report = z.object({ usageReport: z.object({ groups: z.array(group) }) });
    const query = `query ($range: UsageRangeInput!) {
      usageReport(range: $range, groupBy: USER) { groups { user { name } totals { outputTokens } } }
    }`;
    const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
    const { usageReport } = await until(
      () => ada.query(report, query, { range: { from, to } }),
      (result) => result.usageReport.groups.some(({ user }) => user?.name === programName),
    );
    // Its title may be charged too.
    const own = usageReport.groups.find(({ user }) => user?.name === programName);
    expect(own?.totals.outputTokens).toBeGreaterThanOrEqual(9);

    expect(await program.query(z.unknown(), '{ sessions { id } }')).toEqual({ sessions: [] });
    const headers = { authorization: `Bearer ${token}`, 'x-parlance-session': '1', origin: new URL(url).origin };
    expect((await fetch(new URL('/auth/session', url), { headers })).status).toBe(401);
  });

  test('a program with a wrong secret gets no token, and reads why', async () => {
    const refused = { status: 401, reason: 'There is no such client, or its secret is another one.' };
    expect(await askForToken(issuerOf(), `${programSecret}-`)).toEqual({ ...refused, token: undefined });
  });
};
