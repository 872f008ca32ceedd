/**
 * `node scripts/complete-lockfile.mjs`, after `npm install` behind a registry mirror that lacks the packages of other
 * platforms: npm leaves those out of package-lock.json, and `npm ci` then refuses the lockfile everywhere. Adds an
 * entry for each, with the platform that its name says, so that it is installed there and skipped elsewhere.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const systems = {
  darwin: 'darwin',
  mac: 'darwin',
  win32: 'win32',
  win: 'win32',
  linux: 'linux',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
  aix: 'aix',
  sunos: 'sunos',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
};
const processors = [
  'x64',
  'arm64',
  'arm',
  'armv7l',
  'ia32',
  'riscv64',
  'ppc64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
];

/** What a platform package's name says of os, cpu and libc. */
const platformOf = (name) => {
  const parts = name.split(/[/-]/);
  const os = parts.map((part) => systems[part]).find(Boolean);
  const cpu = parts.find((part) => processors.includes(part));
  const libc = parts.includes('musl') || parts.includes('musleabihf') ? ['musl'] : undefined;
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(os ? { os: [os] } : {}), ...(libc ? { libc } : {}) };
};

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
    if (places.some((place) => lock.packages[place])) continue;
    const version = range.replace(/^npm:.*@/, '').replace(/^[\^~]/, '');
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    };
    added += 1;
  }
}
const sorted = Object.keys(lock.packages).sort((left, right) => left.localeCompare(right, 'en'));
lock.packages = Object.fromEntries(sorted.map((path) => [path, lock.packages[path]]));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to package-lock.json`);
