/** Calls of tools in the web client, and what a hostile tool sends. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { finished, send, type WebStand } from '#tests/support/web-stand.ts';
import { startToolServer } from '#tests/tool-server/tool-server.ts';
import { axeFaults } from '../axe-faults.ts';

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

  test('a call that waits is asked for on every device, by keyboard, in German, and across a reload', async () => {
    await using server = await startToolServer((response) => response.end('sent'));
    const admin = await stand().parlance.as('ada', { roles: ['USER', 'ADMIN'] });
    const input = { name: 'send_letter', description: 'Sends a letter.', url: server.url, approval: 'ALWAYS' };
    await admin.query(z.unknown(), 'mutation($input: ToolInput!) { upsertTool(input: $input) { secret } }', { input });
    await using page = await stand().open({ viewport: { width: 360, height: 800 } });
    const hostile = '<img src=x onerror="globalThis.stolen = 1">';
    const calls = [hostile, 'second'].map((to) => ({ name: 'send_letter', arguments: JSON.stringify({ to }) }));
    stand().parlance.provider.queue({ calls, lead: 2 }, { tokens: 3 });
    await send(page, 'Write to both.');
    const cards = page.getByRole('group', { name: 'Allow the call of send_letter?' });
    await cards.nth(1).waitFor();
    expect(await cards.first().locator('pre').textContent()).toContain(hostile.replaceAll('"', '\\"'));
    expect(await page.locator('main :is(img, script)').count()).toBe(0);
    await page
      .locator('[aria-live="polite"]', { hasText: 'Allow the call of send_letter?' })
      .waitFor({ state: 'attached' });
    expect(await axeFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.reload();
    await cards.nth(1).waitFor();

    await cards.first().getByRole('button', { name: 'Allow', exact: true }).focus();
    await page.keyboard.press('Enter');
    await cards.first().getByText('Allowed. The reply goes on once everything is decided.').waitFor();
    expect(server.calls).toEqual([]);
    await using other = await stand().open({ path: new URL(page.url()).pathname });
    await other.getByRole('button', { name: 'Settings' }).click();
    await other.getByText('Deutsch').click();
    await other.keyboard.press('Escape');
    const german = other.getByRole('group', { name: 'Aufruf von send_letter erlauben?' });
    // The first one was decided on the other device.
    await german.first().getByRole('button', { name: 'Nicht erlauben' }).click();
    await german.first().getByRole('alert').getByText('schon entschieden').waitFor();
    await german.nth(1).getByRole('button', { name: 'Nicht erlauben' }).click();
    await finished(other).waitFor();
    await other.getByText('fertig, wie Sie es erlaubt haben').waitFor();
    await other.getByText('nicht erlaubt').waitFor();
    await finished(page).waitFor();
    await page.getByText('done, as you allowed').waitFor();
    // What was decided is known after a reload too.
    await page.reload();
    await page.getByText('done, as you allowed').waitFor();
    await page.getByText('not allowed', { exact: true }).waitFor();
    expect(server.calls.map(({ body }) => body.arguments)).toEqual([{ to: hostile }]);
    expect([...page.complaints, ...other.complaints]).toEqual([]);
  });

  test('how much models think is chosen for the device, and what a chat may cost for the chat', async () => {
    await using page = await stand().open();
    await page.getByRole('button', { name: 'Thinking and budget' }).click();
    await page.getByRole('radio', { name: 'Much' }).check();
    await page.getByLabel('What this chat may cost, in US dollars').fill('0.000001');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await send(page, 'too expensive');
    await page.getByText('Your quota does not cover this message').waitFor();
    await page.getByRole('button', { name: 'Thinking and budget' }).click();
    await page.getByLabel('What this chat may cost, in US dollars').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.keyboard.press('Escape');
    await send(page, 'affordable again');
    await finished(page).waitFor();
    const asked = stand().parlance.provider.requests.findLast(({ body }) =>
      body.messages.some(({ content }) => content === 'affordable again'),
    );
    expect(asked?.body).toMatchObject({ reasoning_effort: 'high' });
    expect(page.complaints).toEqual([]);
  });
};
