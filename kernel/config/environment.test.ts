import { expect, test } from 'vitest';
import { z } from 'zod';
import { EnvironmentError, parseEnvironment } from './environment.ts';

const shape = z.object({
  PORT: z.coerce.number().int().default(4000),
  SECRET: z.string().min(32),
  URL: z.url().optional(),
});

test('defaults fill in, and an empty variable counts as not set', () => {
  const secret = 'x'.repeat(32);
  expect(parseEnvironment(shape, { SECRET: secret, PORT: '', URL: '' })).toEqual({ PORT: 4000, SECRET: secret });
});

test('all faults are reported together, by variable', () => {
  const parse = () => parseEnvironment(shape, { PORT: 'x', URL: 'nowhere' });
  expect(parse).toThrow(EnvironmentError);
  expect(parse).toThrow(/PORT:[\s\S]*SECRET:[\s\S]*URL:/);
});
