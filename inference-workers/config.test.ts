import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { generationSettings, providerSettings, readWorkerConfig, workerEnvironment } from './config.ts';

test('the defaults are usable, with the demonstration on outside production only', () => {
  const demonstration = (environment: Record<string, string>) =>
    providerSettings(readWorkerConfig(environment), environment).demonstrationTokensPerSecond;
  expect(demonstration({})).toBe(40);
  const production = { NODE_ENV: 'production', RABBITMQ_URL: 'amqp://parlance:Zk4-9vQx@a', REDIS_URL: 'redis://a' };
  expect(demonstration(production)).toBeUndefined();
  expect(demonstration({ ...production, DEMONSTRATION_MODEL: 'on' })).toBe(40);
  expect(demonstration({ DEMONSTRATION_MODEL: 'off' })).toBeUndefined();
});

test('the demonstration is switched in the usual words, and other words are refused with those that are understood', () => {
  const read = (word: string) => readWorkerConfig({ DEMONSTRATION_MODEL: word }).DEMONSTRATION_MODEL;
  expect(['on', 'true', '1'].map(read)).toEqual([true, true, true]);
  expect(['off', 'false', '0'].map(read)).toEqual([false, false, false]);
  expect(() => read('never')).toThrow('DEMONSTRATION_MODEL: must be on or off');
});

test('in production a worker without its services is refused', () => {
  expect(() => readWorkerConfig({ NODE_ENV: 'production' })).toThrow('RABBITMQ_URL: must be set in production');
});

test('an address of knowledge without the secret that signs its searches is refused', () => {
  const KNOWLEDGE_URL = 'http://knowledge:4105/graphql';
  expect(() => readWorkerConfig({ KNOWLEDGE_URL })).toThrow('IDENTITY_SECRET: must be set where KNOWLEDGE_URL is');
  expect(readWorkerConfig({ KNOWLEDGE_URL, IDENTITY_SECRET: 's'.repeat(32) }).KNOWLEDGE_URL).toBe(KNOWLEDGE_URL);
});

test('variables that are set reach models, times and pools', () => {
  const environment = {
    MODEL_PATH: '/models/a.gguf',
    LLAMA_SEQUENCES: '2',
    STREAM_COALESCE_MS: '0',
    MODEL_RETRIES: '5',
    POOLS: 'small, EXTERNAL',
  };
  const config = readWorkerConfig(environment);
  expect(providerSettings(config, environment).llama).toMatchObject({
    modelPath: '/models/a.gguf',
    sequences: 2,
    gpu: 'off',
  });
  expect(generationSettings(config)).toMatchObject({ coalesceMs: 0, retries: 5 });
  expect(config.POOLS).toEqual(['SMALL', 'EXTERNAL']);
});

test('all faults are reported together, each with its variable', () => {
  expect(() => readWorkerConfig({ POOLS: 'HUGE', HEALTH_PORT: '99999', LLAMA_GPU: 'maybe' })).toThrow(
    /LLAMA_GPU: .*POOLS\.0: .*HEALTH_PORT: /s,
  );
});

test('every variable has a description', () => {
  for (const [name, schema] of Object.entries(workerEnvironment.shape)) {
    expect(schema.description, name).toMatch(/\.$/);
  }
});

test('docker-compose.yml gives a worker enough time for its grace and for closing', async () => {
  const compose = z.object({ services: z.object({ worker: z.object({ stop_grace_period: z.string() }) }) });
  const text = await readFile(new URL('../docker-compose.yml', import.meta.url), 'utf8');
  const { worker } = compose.parse(parse(text, { merge: true })).services;
  const [, seconds] = /^(\d+)s$/.exec(worker.stop_grace_period) ?? [];
  expect(Number(seconds) * 1000).toBe(readWorkerConfig({}).SHUTDOWN_GRACE_MS + 30_000);
});
