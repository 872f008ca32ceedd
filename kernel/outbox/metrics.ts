/** The metric of the outboxes of a process. */
import { createGauge } from '../telemetry/instruments.ts';

export const outboxWaiting = createGauge({
  name: 'parlance_outbox_rows',
  help: 'Messages in the outbox that the broker has not confirmed or that wait to be deleted; every replica reports the same number.',
  labels: [],
});
