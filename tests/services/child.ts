/**
 * A server process that a test started and may end: only this one, by its own pid. Invariant: it does not outlive the
 * test process, and a start that fails says what the server wrote.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';

export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Of the process that was started last: servers may have children under it. */
  readonly pid: number;
  /** Ends it in its own way, and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what it kept on disk. */
  restart(): Promise<void>;
}

export interface Child {
  /** 0 when it could not be started. */
  readonly pid: number;
  readonly exited: Promise<void>;
  /** What it wrote so far. */
  output(): string;
  end(signal: NodeJS.Signals): Promise<void>;
}

const outputKept = 20_000;

const inherited = (): Record<string, string> => {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env;
  return { PATH, LANG: 'C.UTF-8', ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
};

/** How to end each child that runs, when this process ends. */
const endWithUs = new Set<() => void>();
const endAll = () => {
  for (const end of endWithUs) end();
};
process.once('exit', endAll);
// These end a process without an exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    endAll();
    process.kill(process.pid, signal);
  });
}

export interface ChildOptions {
  /** Added to all that it inherits: PATH, LANG, and where Node keeps the code that it compiled. */
  readonly environment?: Readonly<Record<string, string>>;
  /** User to run as, where we are root. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Signals go to all processes that it starts: for servers that are a shell script around the real one. */
  readonly group?: boolean;
  /** Called with each line that it writes to stderr: the log of our own processes. */
  readonly onLogLine?: (line: string) => void;
}

export const startChild = (command: string, args: readonly string[], options: ChildOptions = {}): Child => {
  const { environment, user, group = false, onLogLine } = options;
  const child: ChildProcess = spawn(command, args, {
    env: { ...inherited(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
    ...user,
  });
  const send = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(group ? -child.pid : child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputKept);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  if (onLogLine && child.stderr) createInterface({ input: child.stderr }).on('line', onLogLine);
  const kill = () => send('SIGKILL');
  endWithUs.add(kill);
  const exited = new Promise<void>((resolve) => {
    const gone = () => {
      endWithUs.delete(kill);
      resolve();
    };
    child.once('exit', gone);
    child.once('error', (error) => {
      output += String(error);
      gone();
    });
  });
  return {
    pid: child.pid ?? 0,
    exited,
    output: () => output,
    async end(signal) {
      send(signal);
      await exited;
    },
  };
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks `probe` until it says true. Rejects with the server's words when it ends or `timeoutMs` is over. */
export const untilReady = async (child: Child, probe: () => Promise<boolean>, timeoutMs: number): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  let gone = false;
  void child.exited.then(() => {
    gone = true;
  });
  while (!(await probe())) {
    if (gone || Date.now() > deadline) throw new Error(`The service did not start:\n${child.output()}`);
    await pause(25);
  }
};

export const untilAccepting = (child: Child, port: number, timeoutMs: number): Promise<void> =>
  untilReady(child, () => accepts(port), timeoutMs);

/** First of the candidates that is there: a name on the PATH, or a whole path. Throws a sentence when none is. */
export const findProgram = (name: string, candidates: readonly string[]): string => {
  const found = candidates.find(
    (candidate) => spawnSync('/bin/sh', ['-c', 'command -v -- "$0"', candidate]).status === 0,
  );
  if (found === undefined) throw new Error(`${name} is not installed. Run: node scripts/provide-services.mjs`);
  return found;
};
