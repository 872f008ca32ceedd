/**
 * The detectors that screen each window: profanity and slurs (obscenity's dataset), prompt injection (vard's patterns),
 * and our own phrases. Each returns the scores of the window by itself.
 */
import { createVard } from '@andersmyrmel/vard';
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';
import { phraseRules } from './phrase-rules.ts';
import type { CategoryScore, ModerationStage } from './thresholds.ts';

/** Names the rules and the datasets. Stored with every verdict, so it must change whenever a score may change. */
export const screeningVersion = 'parlance-4 obscenity-0.4.6 vard-1.2.0';

export type Detector = (window: string, stage: ModerationStage) => readonly CategoryScore[];

const profanity = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** Words of the dataset that insult people for belonging to a group. */
const slurs: ReadonlySet<string> = new Set(
  'abeed africoon arabush boonga chingchong fag kike nigger tranny'.split(' '),
);
/** Other insulting words of the dataset. Words in neither list also have a plain meaning, as in medicine. */
const swearWords: ReadonlySet<string> = new Set(
  'asshole bastard bitch bollocks cunt fuck motherfucker prick pussy shit slut twat wank whore'.split(' '),
);
const swearScore = 0.6;
const slurScore = 0.8;
/** Below every default threshold. */
const plainScore = 0.3;
/** The greatest scores that words can have. */
export const wordScores: readonly CategoryScore[] = [
  { category: 'PROFANITY', score: swearScore },
  { category: 'HATE', score: slurScore },
];

/**
 * The scores of the words that end before `end`, in the characters of the window.
 * @returns nothing where there are none
 */
export const scoreProfanity = (window: string, end: number): readonly CategoryScore[] => {
  const words = profanity
    .getAllMatches(window)
    .filter(({ endIndex }) => endIndex < end)
    .map((match) => englishDataset.getPayloadWithPhraseMetadata(match).phraseMetadata?.originalWord ?? '');
  if (words.length === 0) return [];
  const swears = words.some((word) => swearWords.has(word));
  return [
    { category: 'PROFANITY', score: swears ? swearScore : plainScore },
    ...(words.some((word) => slurs.has(word)) ? [{ category: 'HATE', score: slurScore } as const] : []),
  ];
};

/**
 * Delimiters have better rules here, and encodings are harmless. Its length limit never applies: windows are shorter.
 */
const injection = createVard().threshold(0.7).allow('delimiterInjection').allow('encoding');
/** Least severity of an unambiguous override ("ignore all previous instructions", not "new task"). */
const clearSeverity = 0.85;
const injectionWeight = { clearOverride: 1, systemPromptLeak: 0.5, vagueOverride: 0.4, roleManipulation: 0.35 };
const maxInjectionScore = 0.95;
/**
 * No phrase has a longer word, and some of vard's patterns take quadratic time in the length of text without a space.
 */
const longWords = /\S{40}/gu;

/** Adds up the weights of all kinds of signs: a single vague sign is weak, several kinds together are not. */
const detectInjection: Detector = (window, stage) => {
  // A reply instructs no model, instructions are meant to, and vard refuses an empty text.
  if (stage !== 'INPUT' || window.trim() === '') return [];
  const result = injection.safeParse(window.replace(longWords, '$& '));
  if (result.safe) return [];
  const best = new Map<keyof typeof injectionWeight, number>();
  for (const { type, severity } of result.threats) {
    if (type === 'delimiterInjection' || type === 'encoding') continue;
    const override = severity >= clearSeverity ? 'clearOverride' : 'vagueOverride';
    const kind = type === 'instructionOverride' ? override : type;
    best.set(kind, Math.max(best.get(kind) ?? 0, severity));
  }
  const score = [...best].reduce((sum, [kind, severity]) => sum + severity * injectionWeight[kind], 0);
  return [{ category: 'PROMPT_INJECTION', score: Math.min(maxInjectionScore, score) }];
};

const detectPhrases: Detector = (window, stage) =>
  phraseRules
    .filter(({ pattern, ofPrompts }) => !(ofPrompts && stage === 'OUTPUT') && pattern.test(window))
    .map(({ category, score }) => ({ category, score }));

const detectProfanity: Detector = (window) => scoreProfanity(window, window.length);

export const detectors: readonly Detector[] = [detectProfanity, detectInjection, detectPhrases];
