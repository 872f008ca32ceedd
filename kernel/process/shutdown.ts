/**
 * The frame of every process: opens it, waits for SIGTERM or SIGINT, closes it in its own order, and exits. A second
 * signal, or the end of the time for closing, exits at once with code 1. A fault at the start prints one sentence on
 * stderr and exits with code 1. The files that the process makes are for its own user.
 */

import { EnvironmentError } from '../config/environment.ts';
import { StartError } from '../connections/start-error.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { makeNewFilesPrivate } from './private-files.ts';

/** Milliseconds that closing may take, in addition to the grace of running work. */
const closeDeadlineMs = 60_000;

export interface Process extends AsyncDisposable {
  /** Milliseconds that disposal may wait for running work. Default: 0. */
  readonly graceMs?: number;
}

/** A fault that a person can fix is printed as a sentence, any other with its stack. */
const describeFault = (fault: unknown): string => {
  if (fault instanceof EnvironmentError || fault instanceof AppError || fault instanceof StartError)
    return fault.message;
  if (!(fault instanceof Error)) return String(fault);
  if ('code' in fault && fault.code === 'EADDRINUSE' && 'port' in fault) {
    return `Port ${String(fault.port)} is in use. Stop what listens there, or set PORT to another one.`;
  }
  return fault.stack ?? fault.message;
};

/** @param open starts everything; its result is disposed when a signal arrives. */
export const runUntilSignal = async (
  name: string,
  logger: () => Logger,
  open: () => Promise<Process>,
): Promise<void> => {
  makeNewFilesPrivate();
  const signalled = Promise.withResolvers<NodeJS.Signals>();
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1;
    if (signals > 1) process.exit(1);
    signalled.resolve(signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  try {
    const opened = await open();
    const signal = await signalled.promise;
    logger().info({ signal }, `${name}: closing`);
    const deadlineMs = closeDeadlineMs + (opened.graceMs ?? 0);
    const timer = setTimeout(() => {
      logger().error(`${name}: did not close within ${deadlineMs} ms`);
      process.exit(1);
    }, deadlineMs);
    await opened[Symbol.asyncDispose]();
    clearTimeout(timer);
    process.exit(0);
  } catch (fault) {
    // At the exit, because the logger writes only then what it still holds: the sentence comes last.
    process.once('exit', () => process.stderr.write(`${name}: ${describeFault(fault)}\n`));
    process.exit(1);
  }
};
