/** Every page, in both themes and on a phone, as axe judges it; and the whole way with the keyboard alone. */
import { expect, test } from 'vitest';
import { finished, send, type WebStand } from '#tests/support/web-stand.ts';
import { axeFaults } from '../axe-faults.ts';

const markdown =
  '# Title\n\ntext with `code`, [link](https://a.example) and $x^2$\n\n- [x] done\n- item\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```ts\nconst a = "1"; // note\n```\n\n> quote\n';

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

  test('a screen reader hears finished sentences of a reply, each once', async () => {
    await using page = await stand().open();
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(globalThis, { heard });
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const region = (target instanceof Element ? target : target.parentElement)?.closest('article [aria-live]');
          const words = region?.textContent ?? '';
          if (words !== '' && heard.at(-1) !== words) heard.push(words);
        }
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    const sentences = ['**One** is said. ', 'Two is said. ', 'Three ', 'is said. ', 'And an end'];
    stand().parlance.provider.queue({ texts: sentences, pace: 900 });
    await send(page, 'speak');
    await finished(page).locator('p', { hasText: 'And an end' }).waitFor();
    await page.waitForFunction(() => Reflect.get(globalThis, 'heard').join(' ').includes('And an end'));
    const heard: string[] = await page.evaluate(() => Reflect.get(globalThis, 'heard'));
    expect(heard.length, heard.join('|')).toBeGreaterThan(1);
    expect(heard.join(' ').replaceAll(/\s+/g, ' ')).toBe('One is said. Two is said. Three is said. And an end');
  });
};
