/** docker-compose.yml gives no container more than it needs, and the same images on every machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '#tests/support/markdown.ts';

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  mem_limit: z.string(),
  read_only: z.boolean().default(false),
});

test('containers have no capabilities, bounded memory and exact images, and ours cannot write their own files', async () => {
  const document: unknown = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
  const { services } = z.object({ services: z.record(z.string(), serviceSchema) }).parse(document);
  expect(Object.keys(services).length).toBeGreaterThan(8);
  for (const [name, service] of Object.entries(services)) {
    expect([name, service.cap_drop, service.security_opt]).toEqual([name, ['ALL'], ['no-new-privileges:true']]);
    if (service.image === 'parlance') expect([name, service.read_only]).toEqual([name, true]);
    else
      expect([name, service.image]).toEqual([
        name,
        expect.stringMatching(/:(\d+\.\d+\.\d+|RELEASE\.\d{4}-\d\d-\d\dT)/),
      ]);
  }
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/:\d+\.\d+\.\d+-/);
});
