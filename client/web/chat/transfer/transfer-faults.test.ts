/** What a page says of exports and imports that failed. */
import { failureOf } from '@parlance/client';
import { expect, test } from 'vitest';
import { de } from '../../translations/de.ts';
import type { MessageId } from '../../translations/en.ts';
import { wordsOfExportFault, wordsOfImportFault } from './transfer-faults.ts';

const german = (id: MessageId): string => de[id];
const faultOf = (code: string) => failureOf({ code, message: 'The server says so.', retryable: false });

test('a German page says in German why a file could not be imported or an archive made', () => {
  expect(wordsOfImportFault(faultOf('BAD_USER_INPUT'), german)).toContain('keine Chats lesen');
  expect(wordsOfImportFault(faultOf('PAYLOAD_TOO_LARGE'), german)).toContain('zu groß für einen Import');
  expect(wordsOfImportFault(faultOf('INTERNAL_SERVER_ERROR'), german)).toBe(de['fault.internal']);
  expect(wordsOfExportFault(faultOf('PAYLOAD_TOO_LARGE'), german)).toContain('einzelne Chats');
  expect(wordsOfExportFault(faultOf('WORKER_LOST'), german)).toBe(de['fault.workerLost']);
});
