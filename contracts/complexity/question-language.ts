/**
 * The language of a question: by its script, or by the words that it has. Invariant: a language without files here, or
 * a text too short to tell, is unknown rather than wrong.
 */

interface Script {
  readonly letters: RegExp;
  /** Languages whose words are looked for; the first is the language, where the script alone decides. */
  readonly languages: readonly string[];
}

const scripts: readonly Script[] = [
  { letters: /[\p{Script=Hiragana}\p{Script=Katakana}]/u, languages: ['ja'] },
  { letters: /\p{Script=Han}/u, languages: ['zh', 'ja'] },
  { letters: /\p{Script=Hangul}/u, languages: ['ko'] },
  { letters: /\p{Script=Arabic}/u, languages: ['ar'] },
  { letters: /\p{Script=Devanagari}/u, languages: ['hi'] },
  { letters: /\p{Script=Cyrillic}/u, languages: ['ru'] },
  { letters: /\p{Script=Greek}/u, languages: ['el'] },
  { letters: /\p{Script=Hebrew}/u, languages: ['he'] },
  { letters: /\p{Script=Thai}/u, languages: ['th'] },
];

/** Letters of languages that share a script with one above and have no words here. */
const others: readonly (readonly [letters: RegExp, script: string, language: string | undefined])[] = [
  [/[іїєґ]/iu, 'ru', 'uk'],
  [/[ўђћљњџјѓќѕ]/iu, 'ru', undefined],
  [/[پچژگ]/u, 'ar', 'fa'],
  [/[ٹڈڑں]/u, 'ar', 'ur'],
];

/** Letters by which people who write accents tell their language. */
const letters: readonly (readonly [letters: RegExp, language: string])[] = [
  [/ß/u, 'de'],
  [/[ñ¿¡]/iu, 'es'],
  [/[ãõ]/iu, 'pt'],
  [/[łżźśćńąę]/iu, 'pl'],
  [/[ğış]/u, 'tr'],
  [/[œêîû]/iu, 'fr'],
];
/** Letters of languages that are written in Latin letters and have no words here: Czech, Vietnamese, Swedish, ... */
const otherLatin = /[řěůåøæđơưạảấầẩậắặẹẻẽếềểệọỏốồổộớờợụủứừựăâțșőűčšž]/iu;

const latin: readonly string[] = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'tr'];
/** Every language that a question can be judged to be in, by ISO 639-1. */
export const judgedLanguages: readonly string[] = [
  ...new Set([
    ...latin,
    ...scripts.flatMap(({ languages }) => languages),
    ...others.flatMap(([, , language]) => language ?? []),
  ]),
].sort();
/** The least evidence for a language, and how much more it must have than the next. */
const leastEvidence = 1.4;
const leastLead = 1.15;

export interface QuestionLanguage {
  /** ISO 639-1. */
  readonly language: string | undefined;
  /** Languages whose words count: that of the text, those it may be, and English, which people mix in. */
  readonly spoken: ReadonlySet<string>;
}

const recognizeByScript = (text: string): QuestionLanguage | undefined => {
  const found = scripts.find(({ letters: script }) => script.test(text));
  if (found === undefined) return undefined;
  const [first] = found.languages;
  const other = others.find(([pattern, script]) => script === first && pattern.test(text));
  return { language: other === undefined ? first : other[2], spoken: new Set([...found.languages, 'en']) };
};

/**
 * @param text without its code
 * @param evidence of the phrases in it
 */
export const recognizeLanguage = (text: string, evidence: ReadonlyMap<string, number>): QuestionLanguage => {
  const byScript = recognizeByScript(text);
  if (byScript !== undefined) return byScript;
  const scores = latin.map((language) => {
    const written = letters.some(([pattern, writer]) => writer === language && pattern.test(text)) ? 1 : 0;
    return { language, score: (evidence.get(language) ?? 0) + written };
  });
  const [first, second] = scores.toSorted((left, right) => right.score - left.score);
  if (first === undefined || second === undefined) return { language: undefined, spoken: new Set(latin) };
  const isClear = first.score >= leastEvidence && first.score >= leastLead * second.score && !otherLatin.test(text);
  if (!isClear) return { language: undefined, spoken: new Set(latin) };
  const near = scores.filter(({ score }) => score >= first.score / 2).map(({ language }) => language);
  return { language: first.language, spoken: new Set([...near, 'en']) };
};
