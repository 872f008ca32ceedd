/** What the use cases of collections work with. */
import type { Embedders } from '#kernel/embedding/embedders.ts';
import type { FileServices } from '../files/file-services.ts';

export interface CollectionServices extends FileServices {
  readonly embedders: Embedders;
}
