/**
 * Runs before `npm start` and `npm test`, on whatever Node the machine has: installs the dependencies, and with them
 * Node 24, when the lockfile is newer than what is installed. Plain JavaScript without dependencies: nothing is
 * installed yet.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const changedAt = (file) => {
  try {
    return statSync(root + file).mtimeMs;
  } catch {
    return 0;
  }
};

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`Parlance needs Node 20 or later to install itself; this is ${process.version}.`);
  process.exit(1);
}
// npm writes this file at the end of an installation.
if (changedAt('node_modules/.package-lock.json') < changedAt('package-lock.json')) {
  console.error('Installing dependencies (about a minute, once) ...');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
}

// Linux gets Node 24 as a dependency (package.json); elsewhere the machine's own must be new enough to run TypeScript.
if (process.platform !== 'linux' && major < 24) {
  console.error(
    `On this system Parlance needs Node 24 or later, this is ${process.version}. Get it from https://nodejs.org/.`,
  );
  process.exit(1);
}
