/** Values as the text of a PostgreSQL array, which both databases take as a parameter. */
export const arrayLiteral = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`).join(',')}}`;
