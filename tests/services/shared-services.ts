/**
 * Services that all test files of a run share, each file with a part of its own: a fresh PostgreSQL database or
 * RabbitMQ virtual host per call; one Redis, where tests use random ids; and the built web client. Never stop, flush or
 * change these: a test that breaks a service starts its own.
 */
import { inject } from 'vitest';

export type SharedService = 'postgres' | 'redis' | 'redis-cluster' | 'rabbitmq' | 'site';

/**
 * Resolves with the URL when the service responds, or with the directory of the built web client. The first call of a
 * run starts it: up to ten seconds.
 */
export const sharedService = async (name: SharedService): Promise<string> => {
  const response = await fetch(`${inject('servicesUrl')}/${name}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${name}: ${text}`);
  return text;
};
