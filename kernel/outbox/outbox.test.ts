import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { openPglite } from '../database/pglite.ts';
import { openPostgresql } from '../database/postgresql.ts';
import { outboxContract } from './outbox.contract.ts';
import { outboxTables } from './outbox.fixture.ts';

outboxContract('PGlite', async (stack) => {
  const { path: directory } = stack.use(await createDirectory());
  return { database: stack.use(await openPglite(await copyCluster(directory), [outboxTables])), directory };
});

outboxContract('PostgreSQL', async (stack) => {
  const { path: directory } = stack.use(await createDirectory());
  const url = await sharedService('postgres');
  return { database: stack.use(await openPostgresql({ url, poolSize: 8 }, [outboxTables])), directory };
});
