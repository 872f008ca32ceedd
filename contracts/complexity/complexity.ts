/** The classes of questions by which policies choose models, easiest first. */
export const complexities = ['SIMPLE', 'MODERATE', 'COMPLEX'] as const;
export type Complexity = (typeof complexities)[number];

/** The harder of two classes. */
export const harder = (left: Complexity, right: Complexity): Complexity =>
  complexities.indexOf(left) >= complexities.indexOf(right) ? left : right;
