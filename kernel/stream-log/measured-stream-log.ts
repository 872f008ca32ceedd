/** A stream log whose appends are measured. What fails or is fenced is not: it says nothing about the log's pace. */
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
