/**
 * The gateway as operators run it, watched: a line on stderr that is no log line, an error that is logged and was not
 * provoked, and an exit that nobody asked for are complaints.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const memorySchema = z.object({ residentBytes: z.number(), heapBytes: z.number() });
export type Memory = z.infer<typeof memorySchema>;

export interface GatewayProcess {
  /** What it did that it must not. */
  readonly complaints: readonly string[];
  /** What it holds after its garbage was collected; nothing when it has ended. */
  memory(): Promise<Memory>;
  /** Asks it to end, and returns its exit code; null where it had to be killed. */
  end(): Promise<number | null>;
}

const logSchema = z.object({ level: z.union([z.number(), z.string()]), msg: z.string() });
/** Errors that the soak provokes. */
const provoked = /^(masked an error without a public code|the supergraph file is not usable)/;
/** Milliseconds that it has to end. */
const endDeadlineMs = 15_000;

const complaintIn = (line: string): string | undefined => {
  try {
    const { msg } = logSchema.parse(JSON.parse(line));
    return provoked.test(msg) ? undefined : line;
  } catch {
    return line;
  }
};

export const startGateway = (supergraph: string, port: number): GatewayProcess => {
  const root = join(import.meta.dirname, '../..');
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--expose-gc',
      '--import',
      join(import.meta.dirname, 'collect/main.ts'),
      join(root, 'gateway/main.ts'),
      ...['--supergraph', supergraph, '--port', String(port), '--auth', 'none'],
    ],
    { env: { PATH: process.env['PATH'], LOG_LEVEL: 'error' }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  const complaints: string[] = [];
  let isEnding = false;
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit');
  void exited.then(([code, signal]) => {
    process.off('exit', kill);
    if (!isEnding) complaints.push(`the gateway ended by itself: ${code ?? signal}`);
  });
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const complaint = complaintIn(line);
      if (complaint !== undefined) complaints.push(`on stderr: ${complaint.slice(0, 1000)}`);
    });
  }
  return {
    complaints,
    async memory() {
      const reported = once(child, 'message');
      if (child.connected) child.send('collect', () => {});
      const [message] = await Promise.race([reported, exited.then(() => [undefined])]);
      return message === undefined ? { residentBytes: 0, heapBytes: 0 } : memorySchema.parse(message);
    },
    async end() {
      isEnding = true;
      const timer = setTimeout(kill, endDeadlineMs);
      // Without effect where it has ended already.
      child.kill('SIGTERM');
      const [code] = await exited;
      clearTimeout(timer);
      return typeof code === 'number' ? code : null;
    },
  };
};
