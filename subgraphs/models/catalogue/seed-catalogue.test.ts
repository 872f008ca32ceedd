/** What a start does to an existing catalogue. */
import { expect, test } from 'vitest';
import { openPglite } from '#kernel/database/pglite.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { ModelEntity, modelsTables, PriceEntity } from '../entities.ts';
import { catalogue } from '../models.fixture.ts';
import { seedCatalogue } from './seed-catalogue.ts';

test('applies what changed in the file, and leaves what an operator changed', async () => {
  await using directory = await createDirectory();
  await using database = await openPglite(await copyCluster(directory.path), [modelsTables]);
  await seedCatalogue(database, catalogue);
  await seedCatalogue(database, catalogue);
  const prices = () => database.asSystem((em) => em.find(PriceEntity, {}, { orderBy: { effectiveFrom: 'asc' } }));
  expect(await prices()).toHaveLength(3);

  await database.asSystem(async (em) => {
    await em.nativeUpdate(
      ModelEntity,
      { id: 'acme/large' },
      { displayName: 'Ours', source: 'OPERATOR', enabled: false },
    );
    await em.nativeUpdate(PriceEntity, { modelId: 'acme/large' }, { input: '7', source: 'OPERATOR' });
  });
  const models = catalogue.models.map((model) => ({
    ...model,
    displayName: 'Renamed',
    price: { ...model.price, output: '42' },
  }));
  await seedCatalogue(database, { ...catalogue, models });

  const rows = await database.asSystem((em) => em.find(ModelEntity, {}, { orderBy: { position: 'asc' } }));
  expect(rows.map(({ id, displayName, enabled }) => [id, displayName, enabled])).toEqual([
    ['parlance/demonstration', 'Renamed', true],
    ['acme/small', 'Renamed', true],
    ['acme/large', 'Ours', false],
  ]);
  const history = (await prices()).map(({ modelId, input, output }) => [modelId, Number(input), Number(output)]);
  expect(history.slice(3).sort()).toEqual([
    ['acme/small', 0.15, 42],
    ['parlance/demonstration', 0, 42],
  ]);
  expect(history.filter(([id]) => id === 'acme/large')).toEqual([['acme/large', 7, 8]]);
});
