/** vi.waitFor waits long enough for a machine under load; by itself it gives up after a second. */
import { vi } from 'vitest';

const timeout = 20_000;
const { waitFor } = vi;

vi.waitFor = (callback, options = {}) =>
  waitFor(callback, { timeout, ...(typeof options === 'number' ? { timeout: options } : options) });
