/**
 * A stream log whose appends are measured. Failed and fenced ones are not, because they say nothing about the log's
 * speed.
 */
import { appendDuration } from './metrics.ts';
import type { StreamLog } from './stream-log.ts';

export const measureStreamLog = (streamLog: StreamLog): StreamLog => ({
  ...streamLog,
  async append(logId, attempt, events, after) {
    const observe = appendDuration.start();
    const result = await streamLog.append(logId, attempt, events, after);
    observe({});
    return result;
  },
});
