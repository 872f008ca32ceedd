import { expect, test } from 'vitest';
import { outputLimits } from './output-limits.ts';

const none = undefined;

test.each([
  ['nothing is said', [none, none], [null, null], [none, none]],
  ['the plan has a ceiling', [none, 900], [null, null], [900, 900]],
  ['the plan has both', [300, 900], [null, null], [300, 900]],
  ['the policy has a ceiling below', [300, 900], [null, 200], [200, 200]],
  ['the policy has a ceiling above', [300, 900], [null, 2_000], [300, 900]],
  ['the policy has a default', [300, 900], [500, null], [500, 900]],
  ['the policy has a default above the ceiling of the plan', [300, 900], [5_000, null], [900, 900]],
  ['the policy alone says both', [none, none], [100, 400], [100, 400]],
])('where %s', (_, [byDefault, most], [defaultOutputTokens = null, maxOutputTokens = null], [ofReply, atMost]) => {
  expect(outputLimits({ byDefault, most }, { defaultOutputTokens, maxOutputTokens })).toEqual({
    byDefault: ofReply,
    most: atMost,
  });
});

test('without a policy, the plan decides', () => {
  expect(outputLimits({ byDefault: 300, most: 900 }, undefined)).toEqual({ byDefault: 300, most: 900 });
});
