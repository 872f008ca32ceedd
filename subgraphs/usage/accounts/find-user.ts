/** Finds a person of a tenant by the whole e-mail address, so that others can be named without a list of everybody. */
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { type User, UserEntity } from '../entities.ts';

/** RFC 5321. */
const mostAddressCharacters = 254;

/** Upper and lower case are the same. Null where nobody active has it. Throws BAD_USER_INPUT. */
export const findUserByEmail = async (
  database: Database,
  { tenantId }: Identity,
  email: string,
): Promise<User | null> => {
  const address = email.trim();
  if (address === '' || address.length > mostAddressCharacters || address.includes('\0')) {
    throw new AppError('BAD_USER_INPUT', `"email" has 1 to ${mostAddressCharacters} characters.`, {
      argument: 'email',
    });
  }
  const em = database.forTenant(tenantId);
  const [row] = await em.execute<{ readonly id: string }[]>(
    `select id from usage.users where tenant_id = ? and lower(email) = lower(?) and is_active and name is null
      order by created_at, id limit 1`,
    [tenantId, address],
  );
  return row ? em.findOne(UserEntity, { tenantId, id: row.id }) : null;
};
