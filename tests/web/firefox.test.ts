/** The web client in Firefox: the way from the sign-in to a reply that is reloaded and stopped. */
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { findFirefox, openFirefox } from '#tests/support/firefox.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';

const path = findFirefox();
if (path === undefined) console.warn('Firefox is not installed: its tests are skipped');

/** Presses the button, or follows the link, whose name contains the text. */
const press = (name: string): string => `(() => {
  const found = [...document.querySelectorAll('a, button')].find((one) =>
    (one.getAttribute('aria-label') ?? one.textContent).includes(${JSON.stringify(name)}));
  found?.click();
  return found !== undefined;
})()`;
/** Types as React notices it. */
const write = (text: string): string => `(() => {
  const field = document.querySelector('textarea');
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(field, ${JSON.stringify(text)});
  field.dispatchEvent(new Event('input', { bubbles: true }));
  return true;
})()`;
const replyHas = (text: string, isBusy: boolean): string =>
  `[...document.querySelectorAll('article[aria-busy="${isBusy}"] p')].some((p) => p.textContent.includes(${JSON.stringify(text)}))`;

test.skipIf(path === undefined)(
  'somebody signs in, asks, reloads in the middle of the reply, reads all of it, and stops the next one',
  async () => {
    await using parlance = await startStandalone({ environment: { SITE_DIR: await sharedService('site') } });
    await using page = await openFirefox(path ?? '');
    await page.goTo(new URL('/', parlance.url).href);
    await page.until(press('Sign in'));
    await page.until(press('Ada'));
    await page.until("document.querySelector('textarea') !== null");
    await page.evaluate(write('script: tokens=200 pace=20'));
    await page.until(press('Send'));
    await page.until(replyHas('w20', true));
    await page.goTo(String(await page.evaluate('location.href')));
    await page.until(replyHas('w199', false));
    const shown = await page.evaluate(`document.querySelector('article[aria-busy="false"] p').textContent.trim()`);
    expect(shown).toBe(textOf(200).trim());

    await page.evaluate(write('script: tokens=5000 pace=20'));
    await page.until(press('Send'));
    await page.until(replyHas('w5', true));
    await page.until(press('Stop the reply'));
    await page.until(`document.body.textContent.includes('Stopped.')`);
    expect(page.complaints).toEqual([]);
  },
  120_000,
);
