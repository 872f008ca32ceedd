/**
 * Reads the whole environment of a process once, through a zod object whose keys are the variables. All faults are
 * reported together. Nothing else in the project reads `process.env`; only the main files pass it in.
 */
import type { z } from 'zod';
import { productionFaults } from './production-faults.ts';

/** The environment is not usable. The message lists each variable with its fault, one per line. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/** Variables with an empty string count as not set, because compose files write them that way. */
export const parseEnvironment = <Config>(
  shape: z.ZodType<Config>,
  environment: Readonly<Record<string, string | undefined>>,
): Config => {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = shape.safeParse(given);
  const unsafe =
    given['NODE_ENV'] === 'production'
      ? productionFaults(given, parsed.success ? Object.keys(Object(parsed.data)) : undefined)
      : [];
  if (parsed.success && unsafe.length === 0) return parsed.data;
  const faulty = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const name = path.join('.');
    return `  ${name}: ${name !== '' && given[name] === undefined && /received undefined/.test(message) ? 'must be set' : message}`;
  });
  const lines = [...faulty, ...unsafe.map(({ name, message }) => `  ${name}: ${message}`)];
  throw new EnvironmentError(`The environment is not usable:\n${lines.join('\n')}`);
};
