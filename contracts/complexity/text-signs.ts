/**
 * Code and mathematics in a text, by their signs. Invariant: each pattern looks at a character a bounded number of
 * times, because none has a repetition that another one can take up.
 */
const codePatterns: readonly RegExp[] = [
  /```/u,
  /^\s{0,8}at [\w.$<>]{1,80} ?\(/mu,
  /Traceback \(most recent call last\)/u,
  /\b(?:NullPointerException|TypeError|SyntaxError|segmentation fault|panic:)/iu,
  /\bSELECT\b[^;]{1,200}\bFROM\b/u,
  /\b(?:const|let|var|def|class|function|import|public|static|void) [\w$]{1,40}/u,
  /[\w\])];\s*$/mu,
  /=>|\(\)|!==|&&|\|\||::/u,
];

const mathematicsPatterns: readonly RegExp[] = [
  /[∀∃∈∉⊂⊆∪∩∑∏∫√∂∇≤≥≠≡≈∞→⇒⇔ℕℤℚℝℂ]/u,
  /\\(?:frac|int|sum|sqrt|lim|begin|mathbb|partial|cdot|infty)/u,
  /\b[a-z]\^\d/iu,
  /\bP ?= ?NP\b/u,
  /\bsqrt\b/iu,
];

export const hasCode = (text: string): boolean => codePatterns.some((pattern) => pattern.test(text));
export const hasMathematics = (text: string): boolean => mathematicsPatterns.some((pattern) => pattern.test(text));

const questionMarks = /[?？؟]/gu;

export const countQuestions = (text: string): number => text.match(questionMarks)?.length ?? 0;
