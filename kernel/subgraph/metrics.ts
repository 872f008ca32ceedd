/** What is measured at the door of a room. */
import { createHistogram } from '../telemetry/instruments.ts';

export const requestDuration = createHistogram({
  name: 'parlance_request_duration_seconds',
  help: 'Queries and mutations that a room answered, by their first root field; outcome is OK or the code of the first error.',
  labels: ['room', 'operation', 'outcome'],
});
