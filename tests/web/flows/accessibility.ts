/** Every page, in both themes and on a phone, as axe judges it; and the whole way with the keyboard alone. */

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { finished, send, type WebStand } from '#tests/support/web-stand.ts';
import { axeFaults } from '../axe-faults.ts';

const markdown =
  '# Title\n\ntext with `code`, [link](https://a.example) and $x^2$\n\n- [x] done\n- item\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```ts\nconst a = "1"; // note\n```\n\n> quote\n';

/** In the page: collects what a screen reader would say of replies. */
const collectHeard = (): void => {
  const heard: string[] = [];
  Object.assign(globalThis, { heard });
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const region = (target instanceof Element ? target : target.parentElement)?.closest('article [aria-live]');
      const words = region?.textContent ?? '';
      if (words !== '' && heard.at(-1) !== words) heard.push(words);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
};
const heardIn = async (page: Page): Promise<string> => {
  const heard: string[] = await page.evaluate(() => Reflect.get(globalThis, 'heard'));
  return heard.join(' ').replaceAll(/\s+/g, ' ');
};

export const accessibilityFlows = (stand: () => WebStand): void => {
  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('axe finds nothing in the %s theme at %d pixels', async (colorScheme, width) => {
    const viewport = { width, height: 800 };
    const stranger = await stand().browser.newPage({ colorScheme, viewport });
    await stranger.goto(stand().origin);
    await stranger.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(await axeFaults(stranger)).toEqual([]);
    await stranger.goto(`${stand().origin}/error.html`);
    expect(await axeFaults(stranger)).toEqual([]);
    await stranger.close();

    await using page = await stand().open({ colorScheme, viewport });
    expect(await axeFaults(page)).toEqual([]);
    stand().parlance.provider.queue({ texts: [markdown] });
    await send(page, 'a question');
    await finished(page).locator('.katex').waitFor();
    await page.locator('[data-scope="keyword"]').waitFor();
    await page.getByRole('button', { name: 'Model and cost' }).click();
    expect(await axeFaults(page)).toEqual([]);
    // No part of a page is wider than the page.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);

    await page.keyboard.press('Control+/');
    for (const section of ['General', 'Keyboard', 'Sessions', 'API keys']) {
      await page.getByRole('button', { name: section, exact: true }).click();
      expect(await axeFaults(page)).toEqual([]);
    }
    await page.keyboard.press('Escape');
    await page.goto(`${stand().origin}/c/nothing`);
    await page.getByRole('heading', { name: 'There is no such conversation' }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    expect(page.complaints).toEqual([]);
  });

  test('with the keyboard alone: ask, choose another reply, rename, search, open the settings and leave them', async () => {
    await using page = await stand().open();
    await page.keyboard.press('Control+Shift+I');
    await page.keyboard.type('script: tokens=4');
    await page.keyboard.press('Enter');
    await finished(page).locator('p', { hasText: 'w3' }).waitFor();
    await page.getByRole('button', { name: 'Another reply' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Another reply' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: 'Version 2 of 2' }).waitFor();

    await page
      .getByRole('button', { name: /^Actions for/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Named by keys');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Named by keys' }).waitFor();

    await page.keyboard.press('Control+k');
    await page.keyboard.type('Named by');
    await page.getByRole('heading', { name: 'Titles' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+/');
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(page.complaints).toEqual([]);
  });

  test('a reply that ends while the page is away is read on from where it was, and once', async () => {
    await using page = await stand().open();
    await page.addInitScript(collectHeard);
    await page.reload();
    stand().parlance.provider.queue({
      texts: ['One is said. ', 'Two ', 'is said.\n\n', '```\ncode\n```\n\n', 'The end'],
      pace: 1_200,
    });
    await send(page, 'speak');
    await page.waitForFunction(() => Reflect.get(globalThis, 'heard').join(' ').includes('One is said.'));
    const address = page.url();
    await page.goto('about:blank');
    const ada = await stand().parlance.as('ada');
    const shape = z.object({ conversation: z.object({ messages: z.object({ edges: z.array(z.unknown()) }) }) });
    const query = `query ($id: ID!) { conversation(id: $id) { messages(last: 1) { edges { node { content status } } } } }`;
    await expect
      .poll(
        async () => (await ada.query(shape, query, { id: address.split('/').at(-1) })).conversation.messages.edges,
        {
          timeout: 20_000,
        },
      )
      .toEqual([{ node: { content: expect.stringContaining('The end'), status: 'COMPLETED' } }]);
    await page.goto(address);
    await page.waitForFunction(() => Reflect.get(globalThis, 'heard').join(' ').includes('The end'));
    expect(await heardIn(page)).toMatch(/^(?:Two is said\. )?(?:Code block\. )?The end$/);
    await page.reload();
    await finished(page).locator('p', { hasText: 'The end' }).waitFor();
    expect(await heardIn(page)).toBe('');
    expect(page.complaints).toEqual([]);
  });

  test('a reply that comes whole into the open conversation is read, and one of a conversation that is opened is not', async () => {
    const ada = await stand().parlance.as('ada');
    const id = await ada.createConversation();
    stand().parlance.provider.queue({ texts: ['An old reply.'] });
    await ada.converse(id, 'before');
    await using page = await stand().open({ path: `/c/${id}` });
    await finished(page).locator('p', { hasText: 'An old reply.' }).waitFor();
    await page.evaluate(collectHeard);
    stand().parlance.provider.queue({ texts: ['A new reply.'] });
    await ada.converse(id, 'after');
    await page.waitForFunction(() => Reflect.get(globalThis, 'heard').length > 0);
    expect(await heardIn(page)).toBe('A new reply.');
  });

  test('a screen reader hears finished sentences of a reply, each once', async () => {
    await using page = await stand().open();
    await page.evaluate(collectHeard);
    const sentences = ['**One** is said. ', 'Two is said. ', 'Three ', 'is said. ', 'And an end'];
    stand().parlance.provider.queue({ texts: sentences, pace: 900 });
    await send(page, 'speak');
    await finished(page).locator('p', { hasText: 'And an end' }).waitFor();
    await page.waitForFunction(() => Reflect.get(globalThis, 'heard').join(' ').includes('And an end'));
    expect(await page.evaluate(() => Reflect.get(globalThis, 'heard').length)).toBeGreaterThan(1);
    expect(await heardIn(page)).toBe('One is said. Two is said. Three is said. And an end');
  });

  test('a reply that begins before its new conversation could be read is shown and heard from its first word', async () => {
    await using page = await stand().open();
    await page.evaluate(collectHeard);
    const read = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query Timeline(')) await read.promise;
      await route.continue();
    });
    stand().parlance.provider.queue({ texts: ['One is said. ', 'Two is said. ', 'And an end'], pace: 900 });
    await send(page, 'speak at once');
    await page.getByText('speak at once').waitFor();
    await page.waitForFunction(() => Reflect.get(globalThis, 'heard').join(' ').includes('One is said.'));
    read.resolve();
    await page.waitForFunction(() => Reflect.get(globalThis, 'heard').join(' ').includes('And an end'));
    expect(await heardIn(page)).toBe('One is said. Two is said. And an end');
  });
};
