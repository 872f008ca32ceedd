/** The oldest Node on this machine that the packages support. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const oldestMajor = 20;

/** The one that runs this test where there is no other. */
export const findOldestNode = () => {
  const paths = (process.env['PATH'] ?? '').split(':').map((path) => join(path, 'node'));
  const found = [...paths, '/usr/bin/node', '/usr/local/bin/node', process.execPath].flatMap((path) => {
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout?.trim();
    const major = Number(/^v(\d+)\./.exec(version ?? '')?.[1] ?? Number.NaN);
    return major >= oldestMajor ? [{ path, version, major }] : [];
  });
  const [oldest] = found.toSorted((one, other) => one.major - other.major);
  if (!oldest) throw new Error('the Node that runs this test was not found');
  return oldest;
};
