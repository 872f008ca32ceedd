/**
 * Switches everything on that stands on the way of a reply, as administrators do it: a policy that routes by what is
 * asked and serves replies again to equal requests, and replies that are held back until they are screened.
 */
import { z } from 'zod';
import { createClient } from '#tests/support/client.ts';
import { autoPolicy } from './policies.ts';
import type { Stand } from './stand.ts';

const policy = {
  name: autoPolicy,
  strategy: 'AUTO',
  modelIds: ['openai/gpt-4o-mini', 'openai/scripted'],
  rules: [{ complexity: ['MODERATE', 'COMPLEX'], modelIds: ['openai/scripted'] }],
  requestCacheSeconds: 3_600,
  cacheShare: 'TENANT',
};
const upsertPolicy = 'mutation($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) { name } }';
const setModeration = 'mutation($input: ModerationPolicyInput!) { setModerationPolicy(input: $input) { version } }';

export const prepare = async (stand: Stand): Promise<void> => {
  await using admin = createClient(() => stand.urls[0], await stand.sign('ada', ['USER', 'ADMIN']));
  await admin.query(z.unknown(), upsertPolicy, { input: policy });
  await admin.query(z.unknown(), setModeration, { input: { output: { mode: 'WINDOW' } } });
};
