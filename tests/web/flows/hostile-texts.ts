/** Hostile texts wherever somebody else's text is shown: no script runs, and no other server is asked. */
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { send, type WebStand } from '#tests/support/web-stand.ts';

/** Each would set `stolen`, or ask this server, if any of it were taken for more than text. */
const attacks = (server: string): string[] => [
  `<script>globalThis.stolen = 1</script>`,
  `<img src="${server}/img" onerror="globalThis.stolen = 1"> <svg onload="globalThis.stolen = 1">`,
  `<iframe src="${server}/frame"></iframe> <link rel="stylesheet" href="${server}/css"> <base href="${server}">`,
  `![tracked](${server}/pixel.png) ![a](javascript:globalThis.stolen=1)`,
  `[click](javascript:globalThis.stolen=1) <javascript:globalThis.stolen=1> [d](data:text/html,<script>1</script>)`,
  `[![inner](${server}/inner.png)](${server}/outer)`,
  `[ref][r]\n\n[r]: javascript:globalThis.stolen=1`,
  `$\\href{javascript:globalThis.stolen=1}{x}$ $\\includegraphics{${server}/math.png}$`,
  `$$\n\\htmlData{onload=globalThis.stolen=1}{x} \\url{javascript:globalThis.stolen=1}\n$$`,
  `\`\`\`html\n<img src=${server}/code onerror=globalThis.stolen=1>\n\`\`\``,
  `| <img src=${server}/cell onerror=globalThis.stolen=1> | b |\n|---|---|\n| <style>@import "${server}/style"</style> | [x](vbscript:x) |`,
];

export const hostileTextFlows = (stand: () => WebStand): void => {
  test('hostile texts of models, users and titles run no script and reach no other server', async () => {
    const requested: string[] = [];
    const foreign = createServer((request, response) => {
      requested.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const address = foreign.address();
    if (typeof address !== 'object' || address === null) throw new Error('a listening server has an address');
    const hostile = attacks(`http://127.0.0.1:${address.port}`).join('\n\n');

    const ada = await stand().parlance.as('ada');
    const title = `<img src=http://127.0.0.1:${address.port}/title onerror=globalThis.stolen=1> needle`;
    const conversationId = await ada.createConversation({ title });
    await using page = await stand().open({ path: `/c/${conversationId}` });
    stand().parlance.provider.queue({ texts: hostile.match(/[\s\S]{1,7}/g) ?? [] });
    await send(page, hostile);
    await page.locator('article[aria-busy="false"] table').waitFor();
    // The formulas and the colours of the code have come.
    await page.locator('article[aria-busy="false"] .katex').first().waitFor();
    await page.getByRole('searchbox').fill('needle');
    await page.getByText('Titles').waitFor();
    await page.getByRole('searchbox').fill('tracked');
    await page.locator('mark', { hasText: 'tracked' }).first().waitFor();

    const links = await page
      .locator('article a')
      .evaluateAll((found) => found.map((link) => link.getAttribute('href')));
    expect(links.length).toBeGreaterThan(2);
    for (const href of links) expect(href).toMatch(/^https?:/);
    expect(await page.locator('main :is(img, iframe, script, object, embed, base)').count()).toBe(0);
    expect(await page.evaluate(() => 'stolen' in globalThis)).toBe(false);
    expect(requested).toEqual([]);
    foreign.closeAllConnections();
    await new Promise((resolve) => foreign.close(resolve));
  });
};
