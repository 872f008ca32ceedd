/** What is measured of a database. The embedded one has a single connection and no pool. */
import { createGauge, createTally } from '../telemetry/instruments.ts';

export const statementsSent = createTally({
  name: 'parlance_database_statements_total',
  help: 'SQL statements that were sent.',
  labels: [],
});

export const poolConnections = createGauge({
  name: 'parlance_database_connections',
  help: 'Connections of the pool to PostgreSQL; state is used or idle.',
  labels: ['state'],
});

export const poolWaiting = createGauge({
  name: 'parlance_database_requests_waiting',
  help: 'Requests that wait for a connection of the pool to PostgreSQL.',
  labels: [],
});
