/** The metrics of the stream log. */
import { createHistogram } from '../telemetry/instruments.ts';

export const appendDuration = createHistogram({
  name: 'parlance_stream_log_append_duration_seconds',
  help: 'Appends to the log of a message, until the log has confirmed them.',
  labels: [],
});
