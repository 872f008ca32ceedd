/** Opens a log that a test expects to get, although earlier attempts may have written it. */
import type { EarlierAttempts, StreamLog, TakenLog } from './stream-log.ts';

export const openTaken = async (streamLog: StreamLog, logId: string, earlier: EarlierAttempts): Promise<TakenLog> => {
  const log = await streamLog.open(logId, earlier);
  if (log.kind !== 'taken') throw new Error(`The log is ${log.kind} where it should have been taken.`);
  return log;
};
