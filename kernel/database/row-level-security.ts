/**
 * The roles and policies that keep tenants apart in the database, as SQL for migrations. Subgraphs run as `app_rw`,
 * which sees the rows of the tenant in the session's `app.tenant`, and none without one. `app_system` (outbox relay,
 * sweepers, event consumers) sees all rows. Row level security is forced, so a forgotten WHERE leaks nothing.
 */
export const rwRole = 'app_rw';
export const systemRole = 'app_system';

/** Session variable that holds the tenant's UUID. After a transaction it is '', hence the nullif. */
export const tenantVariable = 'app.tenant';
const currentTenant = `nullif(current_setting('${tenantVariable}', true), '')::uuid`;

/** Creates the roles where they are missing, and lets the login of this connection act as them. */
export const createRolesSql = `
do $$ begin
  if not exists (select from pg_roles where rolname = '${rwRole}') then create role ${rwRole} nologin; end if;
  if not exists (select from pg_roles where rolname = '${systemRole}') then create role ${systemRole} nologin; end if;
  execute format('grant ${rwRole}, ${systemRole} to %I', session_user);
end $$`;

/** A subgraph's schema, usable by both roles, with all that is created in it later. */
export const createSchemaSql = (schema: string): readonly string[] => [
  `create schema if not exists ${schema}`,
  `grant usage on schema ${schema} to ${rwRole}, ${systemRole}`,
  ...['select, insert, update, delete on tables', 'usage on sequences', 'execute on functions'].map(
    (right) => `alter default privileges in schema ${schema} grant ${right} to ${rwRole}, ${systemRole}`,
  ),
];

const forceSql = (table: string): readonly string[] => [
  `alter table ${table} enable row level security`,
  `alter table ${table} force row level security`,
];

const systemPolicySql = (table: string): string =>
  `create policy system on ${table} to ${systemRole} using (true) with check (true)`;

/**
 * Forces row level security on `schema.table` by its tenant column.
 * @param tenantColumn `tenant_id`, or `id` on the table of tenants itself.
 */
export const tenantTableSql = (table: string, tenantColumn = 'tenant_id'): readonly string[] => {
  const own = `${tenantColumn} = ${currentTenant}`;
  return [
    ...forceSql(table),
    `create policy tenant on ${table} to ${rwRole} using (${own}) with check (${own})`,
    systemPolicySql(table),
  ];
};

/** For tables without tenants, such as the public catalogue: everybody reads, only the system writes. */
export const sharedTableSql = (table: string): readonly string[] => [
  ...forceSql(table),
  `create policy everybody on ${table} for select to ${rwRole} using (true)`,
  systemPolicySql(table),
];
