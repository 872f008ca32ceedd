import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costUsd } from './cost.ts';

const usage = (inputTokens: number, cachedInputTokens: number, outputTokens: number, cacheWriteTokens = 0) => ({
  inputTokens,
  cachedInputTokens,
  cacheWriteTokens,
  outputTokens,
  reasoningTokens: 0,
  source: 'PROVIDER' as const,
});

/** A whole number of picodollars (models.yaml has at most 12 decimal places) as a decimal price per million tokens. */
const decimal = (pico: bigint): string => `${pico / 10n ** 12n}.${String(pico % 10n ** 12n).padStart(12, '0')}`;
const attodollars = (cost: string): bigint => {
  const [whole = '0', fraction = ''] = cost.split('.');
  return BigInt(whole + fraction.padEnd(18, '0'));
};

describe('the cost of a generation', () => {
  it('charges cached input at its price and the rest at the full price', () => {
    expect(costUsd(usage(1000, 400, 77), { input: '0.15', cachedInput: '0.075', output: '0.60' })).toBe('0.0001662');
  });

  it('charges input that goes to a cache at its price, or else at that of input', () => {
    const price = { input: '3', cachedInput: '0.30', output: '15' };
    expect(costUsd(usage(1000, 300, 10, 600), { ...price, cacheWrite: '3.75' })).toBe('0.00279');
    expect(costUsd(usage(1000, 300, 10, 600), price)).toBe('0.00234');
  });

  it('is exact where floats are not', () => {
    expect(costUsd(usage(3, 0, 0), { input: '0.1', cachedInput: '0', output: '0' })).toBe('0.0000003');
  });

  it('is nothing when no model was called', () => {
    expect(costUsd(usage(10, 0, 10), undefined)).toBe('0');
  });

  it('equals integer arithmetic for any count and price', () => {
    const price = fc.bigInt({ min: 0n, max: 10n ** 21n });
    const tokens = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(
        tokens,
        tokens,
        tokens,
        price,
        price,
        price,
        tokens,
        price,
        (...[fresh, cached, output, input, cachedInput, out, written, cacheWrite]) => {
          const cost = costUsd(usage(fresh + cached + written, cached, output, written), {
            input: decimal(input),
            cachedInput: decimal(cachedInput),
            cacheWrite: decimal(cacheWrite),
            output: decimal(out),
          });
          expect(attodollars(cost)).toBe(
            BigInt(fresh) * input + BigInt(cached) * cachedInput + BigInt(written) * cacheWrite + BigInt(output) * out,
          );
        },
      ),
    );
  });
});
