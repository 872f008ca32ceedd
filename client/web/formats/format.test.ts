/** How numbers are written. */
import { expect, test } from 'vitest';
import { formatBytes } from './format.ts';

test.each([
  [0, 'en', '0 bytes'],
  [1, 'en', '1 byte'],
  [144, 'en', '144 bytes'],
  [144, 'de', '144 Byte'],
  [94_400, 'en', '94.4 kB'],
  [5_400_000_000, 'de', '5,4 GB'],
])('%i bytes in %s are "%s"', (bytes, language, text) => {
  expect(formatBytes(bytes, language).replaceAll('\u00a0', ' ')).toBe(text);
});
