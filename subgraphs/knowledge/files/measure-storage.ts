/**
 * Counts once a day (UTC) what each user keeps, and has it entered in the ledger: the bytes of files that are there,
 * without those that were announced and never came. Invariant: a day is counted once, by whichever process is first,
 * and its events are stored in the same transaction; looking again on that day reads no file. A day on which no process
 * runs is not counted: nobody knows what was there.
 */
import { repeatTask } from '#kernel/process/repeat-task.ts';
import type { FileServices } from './file-services.ts';

const lookEveryMs = 5 * 60_000;
/** Users of one event. */
const usersOfEvent = 200;

const measureSql = `
  with begun as (
    insert into knowledge.measured_days (day) values (?::date) on conflict do nothing returning day
  ),
  kept as (
    select f.tenant_id, f.user_id, sum(f.byte_size) as bytes,
      row_number() over (partition by f.tenant_id order by f.user_id) as place
    from knowledge.files f where f.status in ('PROCESSING', 'READY') and exists (select from begun) group by f.tenant_id, f.user_id
  )
  insert into knowledge.outbox (id, tenant_id, routing_key, message_id, body)
  select gen_random_uuid(), k.tenant_id, 'storage.measured', gen_random_uuid(), jsonb_build_object(
    'tenantId', k.tenant_id, 'day', min(b.day),
    'users', jsonb_agg(jsonb_build_object('userId', k.user_id, 'bytes', k.bytes)))
  from kept k cross join begun b group by k.tenant_id, (k.place - 1) / ?`;

/** The sweep of the outbox publishes what this stores. */
export const measureStorage = async (
  { database }: Pick<FileServices, 'database'>,
  now: Date = new Date(),
): Promise<void> => {
  const day = now.toISOString().slice(0, 10);
  await database.asSystem((em) => em.execute(measureSql, [day, usersOfEvent]));
};

/** Looks now and every few minutes. Closing waits for a count that runs. */
export const startStorageMeasurement = (services: Pick<FileServices, 'database' | 'logger'>): AsyncDisposable =>
  repeatTask({
    everyMs: lookEveryMs,
    run: () => measureStorage(services),
    onFault: (err) => services.logger.warn({ err }, 'what users keep was not counted'),
    isDueAtOnce: true,
  });
