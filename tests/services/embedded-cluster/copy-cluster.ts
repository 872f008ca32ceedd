/** Gives an embedded database of one's own the cluster that a test run made once, with all tables and no rows. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { isTestRun, sharedService } from '../shared-services.ts';

/**
 * @param dataDirectory DATA_DIR
 * @returns the directory of the database in it, which outside a test run is not there yet: whoever opens it first makes
 * the cluster.
 */
export const copyCluster = async (dataDirectory: string): Promise<string> => {
  const directory = join(dataDirectory, 'postgres');
  if (isTestRun) await cp(await sharedService('embedded-cluster'), directory, { recursive: true });
  return directory;
};
