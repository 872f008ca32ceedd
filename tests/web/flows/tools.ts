/** Calls of tools in the web client, and what a hostile tool sends. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { finished, send, type WebStand } from '#tests/support/web-stand.ts';
import { startToolServer } from '#tests/tool-server/tool-server.ts';

export const toolFlows = (stand: () => WebStand): void => {
  test('a call of a tool is folded, shows what was asked and what came back, and its result is text', async () => {
    const hostile = '<img src=x onerror="globalThis.stolen = 1"><script>globalThis.stolen = 1</script> # no heading';
    await using server = await startToolServer((response) => response.end(hostile));
    const admin = await stand().parlance.as('ada', { roles: ['USER', 'ADMIN'] });
    const input = { name: 'look_up', description: 'Looks an order up.', url: server.url };
    await admin.query(z.unknown(), 'mutation($input: ToolInput!) { upsertTool(input: $input) { secret } }', { input });
    await using page = await stand().open();
    await send(
      page,
      `script: tokens=3 lead=2 calls=${JSON.stringify([{ name: 'look_up', arguments: '{"order":7}' }])}`,
    );
    await finished(page).waitFor();
    const call = page.getByRole('group').filter({ hasText: 'look_up' });
    await call.getByText('done').waitFor();
    expect(await call.getByText('"order": 7').isVisible()).toBe(false);
    await call.getByText('look_up').click();
    await call.getByText('"order": 7').waitFor();
    expect(await call.locator('pre').last().textContent()).toBe(hostile);
    expect(await page.locator('main :is(img, script)').count()).toBe(0);
    expect(await page.evaluate(() => 'stolen' in globalThis)).toBe(false);
    await page.reload();
    await page.getByText('look_up').first().waitFor();
    expect(page.complaints).toEqual([]);
  });
};
