/**
 * Values as the text of a PostgreSQL array, which both databases take as a parameter. For ids and names of statuses.
 */
export const arrayLiteral = (values: readonly string[]): string => `{${values.join(',')}}`;
