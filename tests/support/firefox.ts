/**
 * Firefox as it is installed, without a window, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): the
 * few commands that a test of a page needs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import WebSocket from 'ws';
import { z } from 'zod';
import { createDirectory } from '#tests/services/directory.ts';

const names = ['firefox-esr', 'firefox'];

/** Undefined where it is not installed. */
export const findFirefox = (): string | undefined =>
  names
    .map((name) => spawnSync('/bin/sh', ['-c', 'command -v -- "$0"', name], { encoding: 'utf8' }).stdout.trim())
    .find((path) => path !== '');

export interface FirefoxPage extends AsyncDisposable {
  goTo(url: string): Promise<void>;
  /** The value of an expression in the page, as JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Resolves when the expression is true, whichever page is there by then. */
  until(expression: string): Promise<void>;
  /** What the browser and scripts complained of. */
  readonly complaints: readonly string[];
}

const startTimeoutMs = 60_000;
const untilTimeoutMs = 30_000;
const lookEveryMs = 50;

const messageSchema = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  error: z.string().optional(),
  message: z.string().optional(),
  result: z.unknown().optional(),
  params: z.unknown().optional(),
});
type Message = z.infer<typeof messageSchema>;

const valueSchema = z.object({
  result: z.object({ value: z.string() }).optional(),
  exceptionDetails: z.unknown().optional(),
});
const entrySchema = z.object({ level: z.string(), text: z.string().nullable() });

/** One connection: commands, and events. */
const connect = async (url: string, onEvent: (method: string, params: unknown) => void) => {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const waiting = new Map<number, (message: Message) => void>();
  socket.on('message', (data) => {
    const message = messageSchema.parse(JSON.parse(String(data)));
    if (message.id === undefined) onEvent(message.method ?? '', message.params);
    else waiting.get(message.id)?.(message);
  });
  let sent = 0;
  return {
    close: () => socket.close(),
    async send(method: string, params: object = {}): Promise<unknown> {
      sent += 1;
      const id = sent;
      const answered = new Promise<Message>((resolve) => waiting.set(id, resolve));
      socket.send(JSON.stringify({ id, method, params }));
      const message = await answered;
      waiting.delete(id);
      if (message.error !== undefined) throw new Error(`${method}: ${message.error}: ${message.message}`);
      return message.result;
    },
  };
};

/** @param path of the program */
export const openFirefox = async (path: string): Promise<FirefoxPage> => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await createDirectory());
  const profile = ['--profile', directory.path, '--no-remote'];
  const child = spawn(path, ['--headless', ...profile, '--remote-debugging-port=0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: directory.path },
  });
  const exited = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`Firefox did not start: ${output}`)), startTimeoutMs);
    child.stderr.on('data', (chunk) => {
      output += String(chunk);
      const [, found] = /WebDriver BiDi listening on (ws:\S+)/.exec(output) ?? [];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
  const complaints: string[] = [];
  const session = await connect(`${url}/session`, (method, params) => {
    const entry = method === 'log.entryAdded' ? entrySchema.safeParse(params) : undefined;
    if (entry?.data?.level === 'error') complaints.push(entry.data.text ?? '');
  });
  stack.defer(session.close);
  await session.send('session.new', { capabilities: {} });
  await session.send('session.subscribe', { events: ['log.entryAdded'] });
  const tree = z.object({ contexts: z.array(z.object({ context: z.string() })) });
  const context = tree.parse(await session.send('browsingContext.getTree')).contexts[0]?.context;

  const evaluate = async (expression: string): Promise<unknown> => {
    const text = `(async () => JSON.stringify((await (${expression})) ?? null))()`;
    const target = { context };
    const given = await session.send('script.evaluate', { expression: text, target, awaitPromise: true });
    const { result, exceptionDetails } = valueSchema.parse(given);
    if (result === undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return JSON.parse(result.value);
  };
  const closing = stack.move();
  return {
    complaints,
    evaluate,
    async goTo(address) {
      await session.send('browsingContext.navigate', { context, url: address, wait: 'complete' });
    },
    async until(expression) {
      const deadline = Date.now() + untilTimeoutMs;
      // While a page gives way to the next one, there is nothing to evaluate in.
      while ((await evaluate(expression).catch(() => false)) !== true) {
        if (Date.now() > deadline) throw new Error(`never true: ${expression}`);
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
