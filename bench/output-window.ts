/**
 * What mode WINDOW of the moderation costs: the CPU of screening a text as it grows, by the rules, and how much later
 * the first text of a reply arrives. The same turns are sent under both modes, in turn.
 */
import { growingDetectors } from '../contracts/moderation/growing-detectors.ts';
import { createGrowingText } from '../contracts/moderation/growing-text.ts';
import { defaultHold } from '../contracts/moderation/output-moderation.ts';
import { defaultThresholds, type Thresholds } from '../contracts/moderation/thresholds.ts';
import { converse } from './ask-parlance.ts';
import { type Figure, percentile } from './figures.ts';
import { openGraphSocket } from './graph-socket.ts';
import { seedConversations } from './seed.ts';
import type { Stand } from './stand.ts';

/** Characters of a delta, as models write them. */
const deltaLength = 4;
const prose =
  'The committee met on Tuesday to discuss the annual budget, and after a long conversation about schools, hospitals and women in leadership they agreed to postpone the vote until the next session in spring. ';

const strict: Thresholds = { ...defaultThresholds, PROFANITY: { flagAt: 0.5, blockAt: 0.6 } };

/** Milliseconds of CPU for 1,000 characters. */
const cpuOf = (thresholds: Thresholds, characters: number): number => {
  const source = Array.from({ length: Math.ceil(characters / prose.length) }, (_, index) => prose + index).join(' ');
  const text = createGrowingText({
    detectors: growingDetectors(thresholds),
    holdCharacters: defaultHold,
    shown: '',
  });
  const before = process.cpuUsage();
  for (let at = 0; at < source.length; at += deltaLength) text.take(source.slice(at, at + deltaLength));
  text.end();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / source.length;
};

const measureCpu = (quick: boolean): Figure[] => {
  const [characters, rounds] = quick ? [10_000, 1] : [200_000, 5];
  const median = (thresholds: Thresholds): number => {
    cpuOf(thresholds, 10_000);
    return percentile(
      Array.from({ length: rounds }, () => cpuOf(thresholds, characters)),
      0.5,
    );
  };
  const name = `WINDOW, CPU of 1,000 characters in deltas of ${deltaLength}`;
  return [
    { name: `${name}, default thresholds`, value: median(defaultThresholds), unit: 'ms', atMost: 3 },
    { name: `${name}, and swear words blocked`, value: median(strict), unit: 'ms' },
  ];
};

const paceMs = 10;
/** `w0 ` to `w9 `, then four characters each: so many words until one more than is held back has come. */
const wordsHeld = 10 + Math.ceil((defaultHold + 1 - 30) / 4);
const script = `script: tokens=${wordsHeld + 20} pace=${paceMs}`;
const setMode = 'mutation Mode($input: ModerationPolicyInput!) { setModerationPolicy(input: $input) { version } }';

export const measureOutputWindow = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  const [user] = stand.users;
  if (!user) throw new Error('the stand has users');
  await using admin = await openGraphSocket(stand.url, stand.admin.token);
  await using socket = await openGraphSocket(stand.url, user.token);
  const times = { AFTER: [] as number[], WINDOW: [] as number[] };
  const [rounds, turns] = quick ? [1, 3] : [4, 25];
  for (let round = 0; round <= rounds; round += 1) {
    for (const mode of ['AFTER', 'WINDOW'] as const) {
      await admin.ask(setMode, { input: { output: { mode, holdCharacters: defaultHold } } });
      for (let turn = 0; turn <= turns; turn += 1) {
        const [conversation = ''] = await seedConversations(stand, user.id, 1);
        const { firstMs } = await converse(socket, conversation, script);
        // The first turn under a policy may still meet the one before.
        if (round > 0 && turn > 0) times[mode].push(firstMs);
      }
    }
  }
  await admin.ask(setMode, { input: { output: { mode: 'AFTER' } } });
  const [after, window] = [percentile(times.AFTER, 0.5), percentile(times.WINDOW, 0.5)];
  const atPace = wordsHeld * paceMs;
  return [
    ...measureCpu(quick),
    { name: 'first token, mode AFTER, p50', value: after, unit: 'ms' },
    { name: 'first token, mode WINDOW, p50', value: window, unit: 'ms' },
    {
      name: `first token, added by WINDOW, p50 (the hold at the model's pace: ${atPace} ms)`,
      value: window - after,
      unit: 'ms',
      atMost: atPace,
    },
  ];
};
