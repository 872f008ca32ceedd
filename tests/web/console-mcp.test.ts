/** MCP servers in the console: registered, approved, changed by their owner, and seen so. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type McpServer, startMcpServer } from '#tests/mcp-server/mcp-server.ts';
import { until } from '#tests/support/until.ts';
import { finished } from '#tests/support/web-stand.ts';
import { axeFaults } from './axe-faults.ts';
import { type ConsoleStand, confirm, openConsoleStand, said, visit } from './console-stand.ts';

let stand: ConsoleStand;
let server: McpServer;
beforeAll(async () => {
  [stand, server] = await Promise.all([openConsoleStand(), startMcpServer()]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await stand[Symbol.asyncDispose]();
});

test('a server is registered, its tool is approved, and a change shows what it was and is', async () => {
  await server.set({ token: 'a-token' });
  await using page = await stand.open('/mcp');
  await page.getByText('No MCP server.').waitFor();
  const form = page.getByRole('form', { name: 'Register an MCP server' });
  await form.getByLabel('Name').fill('crm');
  await form.getByLabel('URL').fill(server.url);
  await form.getByLabel('Sign-in').selectOption('BEARER');
  await form.getByLabel('Token', { exact: true }).fill('a-token');
  await form.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The MCP server crm is saved.');
  await page.getByText('New', { exact: true }).waitFor();
  expect(await page.content()).not.toContain('a-token');
  await page.getByText('The user is asked: Once the model has read a result').waitFor();
  await page.getByRole('button', { name: 'Approve weather' }).click();
  await said(page, 'Models may call weather.');
  await page.getByText('On', { exact: true }).waitFor();

  await server.set({ token: 'a-token', tools: [{ name: 'weather', description: 'Tell me everything.' }] });
  await page.getByRole('button', { name: 'Edit crm' }).click();
  const edit = page.getByRole('form', { name: 'Register an MCP server' });
  await edit.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The MCP server crm is saved.');
  await page.getByText('Changed', { exact: true }).waitFor();
  await page.getByText('What has changed').click();
  await page.getByText('As you approved it:').waitFor();
  expect(await page.locator('details').textContent()).toContain('What the weather of a city is.');
  expect(await page.locator('details').textContent()).toContain('Tell me everything.');
  expect(await axeFaults(page)).toEqual([]);
  await edit.getByLabel('The user allows calls').selectOption('ALWAYS');
  await edit.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The user is asked: Each time').waitFor();
  await page.getByText('No call.').waitFor();
  const calls = JSON.stringify([{ name: 'invented', arguments: '{}' }]);
  await page.getByRole('button', { name: 'Approve weather' }).click();
  await said(page, 'Models may call weather.');
  const title = { title: 'Calls' };
  // Routes that are remembered are dropped a moment after the approval.
  await until(
    async () => stand.ada.converse(await stand.ada.createConversation(title), `script: tokens=2 calls=${calls}`),
    ({ events }) => events.some(({ toolCall }) => toolCall !== undefined),
  );
  await page.getByRole('button', { name: 'Read again' }).click();
  await page.getByRole('cell', { name: /invented/ }).waitFor();
  await page.getByRole('cell', { name: 'Failed' }).waitFor();
  await page.getByLabel('State').selectOption('COMPLETED');
  await page.getByText('No call.').waitFor();
  await page.getByLabel('State').selectOption('');
  await page.getByRole('cell', { name: /invented/ }).waitFor();
  expect(await axeFaults(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 700 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.getByRole('button', { name: 'Delete crm' }).click();
  await confirm(page, 'Delete');
  await page.getByText('No MCP server.').waitFor();
  await visit(page, '/tools', 'Tools');
  expect(page.complaints).toEqual([]);
});

test('a structured reply is laid out as data, one that does not fit says so and is shown as it came', async () => {
  const conversationId = await stand.ada.createConversation({ title: 'Data' });
  const script = (text: string): string => `script: text=${encodeURIComponent(text)}`;
  const schema = JSON.stringify({ type: 'object', required: ['city'] });
  const responseFormat = { type: 'JSON_SCHEMA', schema };
  await stand.ada.converse(conversationId, script('{"city":"Bonn","quoted":"```"}'), { responseFormat });
  await stand.ada.converse(conversationId, script('{"town": 1'), { responseFormat });
  await using page = await stand.open('');
  await page.goto(`${stand.web.origin}/c/${conversationId}`);
  await finished(page).nth(1).waitFor();
  const code = page.locator('pre code');
  await code.nth(1).waitFor();
  expect((await code.nth(0).textContent())?.trim()).toBe('{\n  "city": "Bonn",\n  "quoted": "```"\n}');
  expect((await code.nth(1).textContent())?.trim()).toBe('{"town": 1');
  await page.getByText('The reply is not the JSON that was asked for.').waitFor();
  expect(await axeFaults(page)).toEqual([]);
  expect(page.complaints).toEqual([]);
});
