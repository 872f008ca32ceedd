/** The enum Complexity, which conversations and models both serve: composition needs the same values from both. */
import type { Complexity } from '#contracts/complexity/complexity.ts';

export const complexityOptions = {
  description: 'How hard a question is, as rules judge it (no model is asked). Routing policies may have rules for it.',
  values: {
    SIMPLE: { description: 'A greeting, a fact to look up, a translation, a short text.' },
    MODERATE: { description: 'Something to explain, to compare or to write.' },
    COMPLEX: { description: 'A proof, an analysis, a design, code to debug, or several of such tasks.' },
  } satisfies Record<Complexity, object>,
};
