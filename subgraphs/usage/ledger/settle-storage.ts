/**
 * Enters what users keep in the ledger: a line for a user and a day, under an id that follows from both, so that a
 * second delivery or a second count of the day changes nothing. It had no reservation and counts against no quota of
 * tokens.
 */
import { Decimal } from 'decimal.js';
import { v5 as uuidv5 } from 'uuid';
import type { StorageMeasured } from '#contracts/storage-measured.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';

/** Of the ids of these lines. */
const namespace = '6f1c7a52-5f0e-4a7b-9d35-0c1f6f0b6a11';
const bytesOfGigabyte = 1_000_000_000;
/** Digits behind the point of a cost: a day is a fraction of a month that no decimal is. */
const decimals = 15;

const daysOfMonth = (day: string): number => {
  const date = new Date(`${day}T00:00:00Z`);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
};

/**
 * Of one day: the days of a month together cost what the month costs.
 * @param price USD for a gigabyte and a month
 */
export const storageCostUsd = (bytes: number, day: string, price: string): string =>
  new Decimal(price)
    .times(bytes)
    .dividedBy(bytesOfGigabyte)
    .dividedBy(daysOfMonth(day))
    .toDecimalPlaces(decimals)
    .toFixed();

/** @param price USD for a gigabyte and a month, an exact decimal */
export const settleStorage = async (
  database: Database,
  { tenantId, day, users }: StorageMeasured,
  price: string,
): Promise<void> => {
  for (const { userId, bytes } of users) {
    const entry = {
      message_id: uuidv5(`${tenantId} ${userId} ${day}`.toLowerCase(), namespace),
      kind: 'STORAGE',
      attempt: 1,
      status: 'COMPLETED',
      ...{ input_tokens: 0, cached_input_tokens: 0, cache_write_tokens: 0, output_tokens: 0, reasoning_tokens: 0 },
      counted_by: 'COUNTED',
      bytes,
      byte_price: price,
      cost_usd: storageCostUsd(bytes, day, price),
      queue_wait_ms: 0,
      duration_ms: 0,
      attempts: [],
    };
    const parameters = { a_tenant: tenantId, a_user: userId, a_tokens: 0, a_entry: JSON.stringify(entry) };
    await callFunction(database, { name: 'usage.settle_generation', parameters });
  }
};
