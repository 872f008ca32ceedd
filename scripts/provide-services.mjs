/**
 * Makes the programs of PostgreSQL, Redis, RabbitMQ and Chromium available to the tests, which start throwaway
 * instances of them on private ports, and Firefox where it can be had. In this order: they are installed -> nothing to
 * do; apt-get may install them -> installs them, without starting any; else it says what to install, and with a working
 * Docker the command that runs the tests in a container, and exits with 1. Plain JavaScript without dependencies: it
 * runs before anything else is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const debianPostgres = '/usr/lib/postgresql';
const rabbitmqScripts = '/usr/lib/rabbitmq/bin';

/** @param {string} name */
const isOnPath = (name) => spawnSync('/bin/sh', ['-c', 'command -v -- "$0"', name], { stdio: 'ignore' }).status === 0;

const hasPostgres = () =>
  ['initdb', 'postgres', 'psql'].every(isOnPath) ||
  (existsSync(debianPostgres) &&
    readdirSync(debianPostgres).some((version) => existsSync(join(debianPostgres, version, 'bin', 'initdb'))));

/** What the tests need: how to see that it is installed, and its Debian packages, the preferred one first. */
const services = [
  { name: 'PostgreSQL 15 or later', isThere: hasPostgres, debianPackages: ['postgresql'] },
  {
    name: 'Redis 7 or later',
    isThere: () => isOnPath('redis-server') && isOnPath('redis-cli'),
    debianPackages: ['redis-server'],
  },
  {
    name: 'RabbitMQ 3.10 or later',
    isThere: () =>
      isOnPath('epmd') && (existsSync(join(rabbitmqScripts, 'rabbitmq-server')) || isOnPath('rabbitmq-server')),
    debianPackages: ['rabbitmq-server'],
  },
  {
    name: 'Chromium',
    isThere: () =>
      ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'].some(
        isOnPath,
      ),
    debianPackages: ['chromium-headless-shell', 'chromium'],
  },
];

/** What tests use where it can be had, and are skipped or slower without. */
const extras = [
  { isThere: () => ['firefox-esr', 'firefox'].some(isOnPath), debianPackages: ['firefox-esr'] },
  // Where there is another Chromium already: the tests run much faster in this one.
  { isThere: () => isOnPath('chromium-headless-shell'), debianPackages: ['chromium-headless-shell'] },
];

/** @param {string} command @param {string[]} args */
const run = (command, args) =>
  spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

const policy = '/usr/sbin/policy-rc.d';

/** Packages start their server when they are installed; a policy of "no" (exit 101) keeps the standard ports free. */
const installWithoutStarting = (/** @type {string[]} */ packages) => {
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return run('apt-get', ['update']) && run('apt-get', ['install', '-y', '--no-install-recommends', ...packages]);
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
};

const install = (/** @type {string[]} */ packages) => {
  if (packages.length === 0) return;
  console.error(`Installing for the tests: ${packages.join(', ')}`);
  installWithoutStarting(packages);
};

/** The container is Debian and root: there this script installs what is missing. Its node_modules are its own. */
const inContainer =
  'docker run --rm -v "$PWD":/parlance -v /parlance/node_modules -w /parlance node:24-bookworm sh -c \'npm ci && npm test\'';
const hasDocker = () => isOnPath('docker') && spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;

const missing = () => services.filter(({ isThere }) => !isThere());

const provide = () => {
  if (process.getuid?.() === 0 && isOnPath('apt-get')) {
    install(missing().flatMap(({ debianPackages: [preferred] }) => preferred ?? []));
    // Where a system lacks a preferred package, nothing was installed.
    install(missing().flatMap(({ debianPackages }) => debianPackages.at(-1) ?? []));
    // Each by itself: what cannot be had of the extras keeps nothing else from being installed.
    for (const { isThere, debianPackages } of extras) if (!isThere()) install(debianPackages);
  }
  if (missing().length === 0) return 0;
  const names = missing().map(({ name }) => name);
  const packages = missing().flatMap(({ debianPackages: [preferred] }) => preferred ?? []);
  console.error(
    [
      `The tests start their own throwaway servers and need the programs of: ${names.join(', ')}.`,
      `On Debian or Ubuntu: sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
      'On macOS: brew install postgresql redis rabbitmq, and a chromium on the PATH',
      ...(hasDocker() ? [`In a container: ${inContainer}`] : []),
    ].join('\n'),
  );
  return 1;
};

process.exitCode = provide();
