/**
 * Reads the whole environment of a process once, through a zod object whose keys are the variables. All faults are
 * reported together. Nothing else in the project reads `process.env`; only the main files pass it in.
 */
import type { z } from 'zod';

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
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return `  ${name}: ${name !== '' && given[name] === undefined && /received undefined/.test(message) ? 'must be set' : message}`;
  });
  throw new EnvironmentError(`The environment is not usable:\n${lines.join('\n')}`);
};
