/**
 * `npm run check`: everything that can be said of the code without running it. The checks run side by side; each prints
 * only when it fails, and its name and seconds always.
 */
import { spawn } from 'node:child_process';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const checks: readonly Check[] = [
  { name: 'format and lint (Biome)', command: ['biome', 'check', '--error-on-warnings'] },
  { name: 'types (tsc)', command: ['tsc', '-p', '.'] },
  { name: 'types of what runs in browsers (tsc)', command: ['tsc', '-p', 'client'] },
  { name: 'types of its tests (tsc)', command: ['tsc', '-p', 'client/tsconfig.tests.json'] },
  { name: 'circles of folders', command: ['node', 'scripts/folder-circles.ts'] },
  { name: 'width of comments', command: ['node', 'scripts/comment-width.ts'] },
  { name: 'imports (dependency-cruiser)', command: ['depcruise', '--config', '.dependency-cruiser.cjs', '.'] },
  { name: 'unused code and dependencies (knip)', command: ['knip'] },
  { name: 'lockfile (npm ci)', command: ['npm', 'ci', '--dry-run', '--silent'] },
  { name: "types of the client's operations", command: ['node', 'scripts/codegen.ts', '--check'] },
  { name: 'subgraph and supergraph schemas', command: ['node', 'scripts/schema.ts', '--check'] },
];

const run = ({ name, command: [program, ...args] }: Check): Promise<boolean> => {
  const started = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  return new Promise((resolve) => {
    const end = (passed: boolean): void => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n${passed ? '' : output}`);
      resolve(passed);
    };
    child.once('error', (fault) => {
      output += fault.message;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
};

/** Two at a time: most machines that run this have two cores or more, and each check is one thread. */
const inTurn = async (queue: Check[]): Promise<boolean> => {
  let passed = true;
  for (let next = queue.shift(); next; next = queue.shift()) passed = (await run(next)) && passed;
  return passed;
};

const queue = [...checks];
const results = await Promise.all([inTurn(queue), inTurn(queue)]);
process.exit(results.every(Boolean) ? 0 : 1);
