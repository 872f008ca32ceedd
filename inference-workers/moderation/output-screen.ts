/**
 * The screening of one job's replies, by the tenant's policy that came with the job. Policies that are equal share
 * their detectors. Texts that are complete, such as a title or the result of a tool, are screened whole, and other
 * replies go on in between.
 */
import { LRUCache } from 'lru-cache';
import { type GrowingDetector, growingDetectors } from '#contracts/moderation/growing-detectors.ts';
import { createGrowingText } from '#contracts/moderation/growing-text.ts';
import { type OutputModeration, thresholdsOf } from '#contracts/moderation/output-moderation.ts';
import { createInspect, type Inspect, type InspectionServices } from './inspection.ts';
import { type BlockedText, blockedText } from './output-refusal.ts';

interface RuleScreen {
  readonly detectors: readonly GrowingDetector[];
  readonly holdCharacters: number;
  complete(text: string): Promise<BlockedText | undefined>;
}

export interface OutputScreen {
  readonly detectors: readonly GrowingDetector[];
  readonly holdCharacters: number;
  /** Screens by detectors beside the rules; undefined where the policy names none. */
  readonly inspect: Inspect | undefined;
  /**
   * What blocks a complete text; undefined where nothing does; UNKNOWN where a detector faults that could have blocked
   * it.
   */
  complete(text: string): Promise<BlockedText | undefined | 'UNKNOWN'>;
}

/** UTF-16 units of a complete text that are screened in one turn of the event loop. */
const perTurn = 8_192;
const rememberedPolicies = 200;

const createRuleScreen = (moderation: OutputModeration): RuleScreen => {
  const detectors = growingDetectors(thresholdsOf(moderation));
  // A policy of another version may hold back less than the rules of this one need.
  const holdCharacters = Math.max(moderation.holdCharacters, ...detectors.map(({ reach }) => reach));
  return {
    detectors,
    holdCharacters,
    async complete(whole) {
      if (detectors.length === 0) return undefined;
      const text = createGrowingText({ detectors, holdCharacters, shown: '' });
      for (let at = 0; at < whole.length && text.found.length === 0; at += perTurn) {
        if (at > 0) await new Promise((resolve) => setImmediate(resolve));
        text.take(whole.slice(at, at + perTurn));
      }
      text.end();
      return text.found.length === 0 ? undefined : blockedText('', text);
    },
  };
};

const screens = new LRUCache<string, RuleScreen>({ max: rememberedPolicies });

/** Undefined where replies are screened after their end. */
export const outputScreenOf = (
  services: InspectionServices,
  moderation: OutputModeration | undefined,
): OutputScreen | undefined => {
  if (moderation === undefined) return undefined;
  const key = JSON.stringify(moderation);
  const known = screens.get(key) ?? createRuleScreen(moderation);
  screens.set(key, known);
  const inspect = createInspect(services, moderation);
  return {
    ...known,
    inspect,
    async complete(text) {
      const blocked = await known.complete(text);
      if (blocked !== undefined || inspect === undefined || text === '') return blocked;
      const found = await inspect(text);
      return found === undefined || found === 'UNKNOWN' ? found : blockedText('', { found, held: text });
    },
  };
};
