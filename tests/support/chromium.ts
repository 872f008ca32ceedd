/** Chromium as it is installed, without a window. */
import { spawnSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';
import { findProgram } from '#tests/services/child.ts';

/**
 * The shell first: it draws no window around the page and takes about a third of the CPU time. Then a system's own
 * Chromium before Chrome.
 */
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Root may not use its sandbox; it visits nothing but this machine. */
export const startChromium = async (): Promise<Browser> => {
  const name = findProgram('Chromium', names);
  const path = spawnSync('/bin/sh', ['-c', 'command -v -- "$0"', name], { encoding: 'utf8' }).stdout.trim();
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
};
