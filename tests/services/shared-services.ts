/**
 * Services that all test files of a run share, each file with a part of its own: a fresh PostgreSQL database or
 * RabbitMQ virtual host per call; one Redis, where tests use random ids. Never stop or flush these: a test that breaks
 * a service starts its own.
 */
import { inject } from 'vitest';

export type SharedService = 'postgres' | 'redis' | 'redis-cluster' | 'rabbitmq';

/** Resolves with the URL when the service responds. The first call of a run starts it: up to ten seconds. */
export const sharedService = async (name: SharedService): Promise<string> => {
  const response = await fetch(`${inject('servicesUrl')}/${name}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${name}: ${text}`);
  return text;
};
