/** A page of a connection as lists of the console hold it. */
import type { Page } from './use-pages.ts';

export interface Connection<Row> {
  readonly edges: readonly { readonly node: Row }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export const pageOf = <Row>({ edges, pageInfo }: Connection<Row>): Page<Row> => ({
  rows: edges.map(({ node }) => node),
  next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined,
});
