/** Nothing that was typed is lost: refused, offline, signed out, reloaded, in another conversation. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { finished, running, send, type WebPage, type WebStand } from '#tests/support/web-stand.ts';

const composer = (page: WebPage) => page.getByRole('textbox', { name: 'Message' });

export const typedTextFlows = (stand: () => WebStand): void => {
  test('drafts stay with their conversation, through a reload', async () => {
    await using page = await stand().open();
    await send(page, 'script: tokens=3');
    await finished(page).locator('p', { hasText: 'w2' }).waitFor();
    const address = page.url();
    await composer(page).fill('half a thought');
    await page.getByRole('link', { name: 'New chat' }).first().click();
    await page.waitForURL(`${stand().origin}/`);
    expect(await composer(page).inputValue()).toBe('');
    await composer(page).fill('another one');
    await page.goto(address);
    await finished(page).waitFor();
    expect(await composer(page).inputValue()).toBe('half a thought');
    await page.goto(stand().origin);
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe('another one');
  });

  test('a question that the moderation refuses stays, can be changed, and is sent then', async () => {
    await using page = await stand().open();
    await send(page, 'script: tokens=3');
    await finished(page).locator('p', { hasText: 'w2' }).waitFor();
    const blocked = 'I will kill you tonight, and this is a threat';
    await send(page, blocked);
    await page.getByRole('alert').getByText('The moderation does not allow this text.').waitFor();
    await page.reload();
    await page.getByRole('article', { name: 'Not sent' }).getByText(blocked).waitFor();
    await page.getByRole('button', { name: 'Change the text' }).click();
    expect(await composer(page).inputValue()).toBe(blocked);
    await composer(page).fill('script: tokens=4');
    await page.keyboard.press('Enter');
    await finished(page).locator('p', { hasText: 'w3' }).waitFor();
    expect(await page.getByRole('article', { name: 'Not sent' }).count()).toBe(0);
  });

  test('a first question that is refused stays in the field', async () => {
    await using page = await stand().open();
    await page.route('**/graphql', (route) => route.fulfill({ status: 503, body: '' }));
    const text = 'the very first question';
    await page.context().setOffline(true);
    await send(page, text);
    await page.reload().catch(() => undefined);
    await page.context().setOffline(false);
    await page.unroute('**/graphql');
    await page.goto(stand().origin);
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe(text);
  });

  test('a question that is asked offline is sent once when the network is back', async () => {
    await using page = await stand().open();
    await send(page, 'script: tokens=3');
    await finished(page).locator('p', { hasText: 'w2' }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('status').getByText('Offline').waitFor();
    await send(page, 'script: tokens=6');
    await page.getByRole('article', { name: 'You' }).nth(1).waitFor();
    await page.context().setOffline(false);
    await finished(page).locator('p', { hasText: 'w5' }).waitFor();
    const ada = await stand().parlance.as('ada');
    const shape = z.object({
      conversation: z.object({
        messages: z.object({ edges: z.array(z.object({ node: z.object({ content: z.string() }) })) }),
      }),
    });
    const query = 'query($id: ID!) { conversation(id: $id) { messages(last: 20) { edges { node { content } } } } }';
    const { conversation } = await ada.query(shape, query, { id: page.url().split('/').at(-1) });
    const contents = conversation.messages.edges.map(({ node }) => node.content);
    expect(contents.filter((content) => content === 'script: tokens=6')).toHaveLength(1);
  });

  test('a session that ends asks for a sign-in, which comes back to the conversation and the draft', async () => {
    await using page = await stand().open({ user: 'Grace' });
    await send(page, 'script: tokens=3');
    await finished(page).locator('p', { hasText: 'w2' }).waitFor();
    await composer(page).fill('not sent yet');
    const address = page.url();
    await page.context().clearCookies({ name: /session/ });
    await page.goto(address);
    await page.getByRole('link', { name: 'Sign in' }).click();
    const person = page.getByRole('button', { name: 'Grace' });
    // The issuer may know the browser still.
    await Promise.race([person.waitFor(), composer(page).waitFor()]);
    if (await person.isVisible()) await person.click();
    await composer(page).waitFor();
    expect(page.url()).toBe(address);
    expect(await composer(page).inputValue()).toBe('not sent yet');
  });

  test('while a reply is written, a question waits its turn or interrupts', async () => {
    await using page = await stand().open();
    await send(page, 'script: tokens=60 pace=20');
    await running(page).locator('p', { hasText: 'w1' }).waitFor();
    await send(page, 'script: tokens=5');
    await page.getByText('Waiting for a model').waitFor();
    await finished(page).nth(1).locator('p', { hasText: 'w4' }).waitFor();
    expect(await finished(page).first().locator('p').first().textContent()).toContain('w59');

    await send(page, 'script: tokens=5000 pace=20');
    await running(page).locator('p', { hasText: 'w1' }).waitFor();
    await composer(page).fill('script: tokens=7');
    await page.getByRole('button', { name: 'While a reply is being written' }).click();
    await page.getByRole('menuitemradio', { name: 'Interrupt' }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await finished(page).nth(3).locator('p', { hasText: 'w6' }).waitFor();
    await finished(page).nth(2).getByText('Stopped.').waitFor();
  });

  test('arrow up brings back earlier questions, and arrow down what was typed', async () => {
    await using page = await stand().open();
    for (const text of ['script: tokens=1', 'script: tokens=2']) {
      await send(page, text);
      await page.getByRole('article', { name: 'You' }).getByText(text).waitFor();
    }
    await composer(page).focus();
    await page.keyboard.press('ArrowUp');
    expect(await composer(page).inputValue()).toBe('script: tokens=2');
    await page.keyboard.press('ArrowUp');
    expect(await composer(page).inputValue()).toBe('script: tokens=1');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await composer(page).inputValue()).toBe('');
  });
};
