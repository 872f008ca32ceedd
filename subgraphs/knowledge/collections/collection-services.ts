/** What the use cases of collections work with. */
import type { Embedders } from '#kernel/embedding/embedders.ts';
import type { FileServices } from '../files/file-services.ts';
import type { Reranker } from '../search/reranker.ts';

export interface CollectionServices extends FileServices {
  readonly embedders: Embedders;
  /** Puts the passages of a search in order; undefined where none is set up. */
  readonly reranker?: Reranker | undefined;
}
