/**
 * Services that all test files of a run share, each file with a part of its own: a fresh PostgreSQL database or
 * RabbitMQ virtual host per call; one Redis, where tests use random ids; the built web client; and the cluster of an
 * embedded database, to be copied. Never stop, flush or change these: a test that breaks a service starts its own.
 */
declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the lender (global-setup.ts): GET /<service> returns the URL to use. */
    readonly servicesUrl: string;
  }
}

export type SharedService = 'postgres' | 'redis' | 'redis-cluster' | 'rabbitmq' | 'site' | 'embedded-cluster';

/** Benches and the scripts that people run start the same stands, and share nothing. */
export const isTestRun = process.env['VITEST'] !== undefined;

/**
 * Resolves with the URL when the service responds, or with the directory of the web client or the cluster. The first
 * call of a run starts it: up to ten seconds.
 */
export const sharedService = async (name: SharedService): Promise<string> => {
  // Loaded on demand, because it cannot be loaded outside a test run.
  const { inject } = await import('vitest');
  const response = await fetch(`${inject('servicesUrl')}/${name}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${name}: ${text}`);
  return text;
};
