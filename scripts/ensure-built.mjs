/**
 * Runs before `npm start`, after the dependencies are installed: builds the web client when its sources are newer than
 * what is built. Where it cannot be built, the API starts without it. Plain JavaScript, like ensure-installed.mjs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const changedAt = (path) => statSync(root + path).mtimeMs;

const notSources = /(^|\/)(dist|node_modules)(\/|$)|\.(test|fixture)\.tsx?$/;
const sources = ['client', 'contracts/markdown']
  .flatMap((folder) => readdirSync(root + folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => `${parentPath.replaceAll('\\', '/').slice(root.length)}/${name}`)
  .filter((path) => !notSources.test(path));
const newest = Math.max(...[...sources, 'scripts/build-web.ts', 'package-lock.json'].map(changedAt));

const built = 'client/web/dist/index.html';
if (!existsSync(root + built) || changedAt(built) < newest) {
  console.error('Building the web client (a few seconds) ...');
  const { status } = spawnSync('npm', ['run', '--silent', 'build:web'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) console.error('The web client could not be built. The API starts without it.');
}
