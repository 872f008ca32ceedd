/** The value of a variable that `@skip`, `@include` or `@defer` uses. */
export type IsTrue = (variable: string) => boolean;
