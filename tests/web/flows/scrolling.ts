/** The page follows the end of a reply only while the reader is there, and older messages come without a jump. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { until } from '#tests/support/until.ts';
import { finished, running, send, type WebStand } from '#tests/support/web-stand.ts';

const messages = (page: Page) => page.getByRole('region', { name: 'Messages' });
const scrollTop = (page: Page): Promise<number> => messages(page).evaluate(({ scrollTop: top }) => top);
const distanceToEnd = (page: Page): Promise<number> =>
  messages(page).evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);

/** Text that has just come may not be scrolled to yet. */
const untilAtEnd = (page: Page): Promise<number> =>
  until(
    () => distanceToEnd(page),
    (distance) => distance < 40,
  );

export const scrollingFlows = (stand: () => WebStand): void => {
  test('one notch of the wheel up lets go at once, and the page stays while the reply grows', async () => {
    await using page = await stand().open({ viewport: { width: 900, height: 600 } });
    await send(page, 'script: tokens=6000 pace=2');
    await running(page).locator('p', { hasText: 'w900' }).waitFor();
    await untilAtEnd(page);
    await messages(page).hover();
    await page.mouse.wheel(0, -100);
    await page.getByRole('button', { name: 'To the end' }).waitFor();
    // The notch itself is done when the page stands still for some frames.
    const stands = await messages(page).evaluate(async (element) => {
      let still = 0;
      for (let last = element.scrollTop; still < 10; ) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        still = element.scrollTop === last ? still + 1 : 0;
        last = element.scrollTop;
      }
      return element.scrollTop;
    });
    const length = (await running(page).textContent())?.length ?? 0;
    await page.waitForFunction(
      (grown) => (document.querySelector('article[aria-busy="true"]')?.textContent?.length ?? 0) > grown,
      length + 8_000,
    );
    expect(await scrollTop(page)).toBe(stands);
    await page.getByRole('button', { name: 'To the end' }).click();
    await page.getByRole('button', { name: 'To the end' }).waitFor({ state: 'detached' });
    await untilAtEnd(page);
    await page.getByRole('button', { name: 'Stop the reply' }).click();
    await finished(page).getByText('Stopped.').waitFor();
  });

  test('older messages come in above while the reader scrolls up, and what is seen stays where it is', async () => {
    const ada = await stand().parlance.as('ada');
    const id = await ada.createConversation({ title: 'A long one' });
    for (let turn = 0; turn < 35; turn += 1) await ada.converse(id, `script: tokens=${30 + (turn % 7) * 10}`);
    await using page = await stand().open({ path: `/c/${id}`, viewport: { width: 900, height: 600 } });
    await finished(page).last().waitFor();
    await untilAtEnd(page);
    const shown = await page.getByRole('article').count();
    expect(shown).toBeLessThan(70);
    const moved = await messages(page).evaluate(async (element) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const all = () => element.querySelectorAll('article').length;
      const before = all();
      let worst = 0;
      for (let step = 0; step < 2_000 && all() === before; step += 1) {
        element.dispatchEvent(new WheelEvent('wheel', { deltaY: -60 }));
        element.scrollTop -= 60;
        await frame();
      }
      // From here on nobody scrolls: a message that is in view must not move while the others come in.
      const seen = [...element.querySelectorAll('article')].find(
        (article) => article.getBoundingClientRect().top > 100,
      );
      const top = seen?.getBoundingClientRect().top ?? 0;
      for (let count = 0; count < 30; count += 1) {
        await frame();
        worst = Math.max(worst, Math.abs((seen?.getBoundingClientRect().top ?? 0) - top));
      }
      return { worst, count: all(), before };
    });
    expect(moved.count).toBeGreaterThan(moved.before);
    expect(moved.worst).toBeLessThan(2);
  }, 120_000);
};
