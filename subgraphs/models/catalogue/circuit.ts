/**
 * The circuit that keeps messages from a model that fails. CLOSED: routed to. OPEN: not routed to. HALF_OPEN: tried
 * after every healthy model. A tenant has a circuit of its own for each model, by its own attempts; all tenants share
 * another one. Invariant: what one tenant's messages meet, whatever it writes and however often, neither opens the
 * shared circuit nor keeps it open: that takes two tenants.
 */

export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** Attempts, newest first, that a circuit looks at. */
export const circuitAttempts = 20;
/** Of them, those of one tenant that the shared circuit looks at, at most: fewer than it needs to open. */
export const attemptsOfOneTenant = 4;
/** Fewer attempts say nothing. */
export const leastAttempts = 5;
const tripErrorRate = 0.5;
/** Tenants that must meet failures before a model is closed for the others. */
const leastTenants = 2;
/** Successes in a row that close the circuit. */
export const closeAfterSuccesses = 3;
/** Milliseconds after the last failure in which an open circuit lets nothing through. */
export const circuitCooldownMs = 30_000;

export interface CircuitFigures {
  readonly attempts: number;
  readonly failures: number;
  readonly successesSinceFailure: number;
  /** Undefined without a failure. */
  readonly msSinceFailure: number | undefined;
}

const failsTooOften = (failures: number, attempts: number): boolean => failures / attempts >= tripErrorRate;

/** Of one tenant. */
export const circuitState = (figures: CircuitFigures): CircuitState => {
  const { attempts, failures, successesSinceFailure, msSinceFailure } = figures;
  if (attempts < leastAttempts || !failsTooOften(failures, attempts)) return 'CLOSED';
  if (successesSinceFailure >= closeAfterSuccesses) return 'CLOSED';
  return (msSinceFailure ?? 0) < circuitCooldownMs ? 'OPEN' : 'HALF_OPEN';
};

export interface Attempt {
  readonly tenantId: string;
  readonly failed: boolean;
  /** Milliseconds since it ended. */
  readonly msAgo: number;
}

/**
 * Of all tenants. A failure is the model's from the moment on at which a second tenant met one; what one tenant meets
 * after that counts for it alone.
 * @param attempts the latest, with no more of one tenant than `attemptsOfOneTenant`.
 */
export const sharedCircuitState = (attempts: readonly Attempt[]): CircuitState => {
  const failed = attempts.filter((attempt) => attempt.failed);
  const tenants = [...Map.groupBy(attempts, ({ tenantId }) => tenantId).values()];
  const failing = tenants.filter((own) => failsTooOften(own.filter((attempt) => attempt.failed).length, own.length));
  if (failing.length < leastTenants) return 'CLOSED';
  const lastFailures = [...Map.groupBy(failed, ({ tenantId }) => tenantId).values()]
    .map((own) => Math.min(...own.map(({ msAgo }) => msAgo)))
    .sort((one, other) => one - other);
  const msSinceFailure = lastFailures[leastTenants - 1];
  const successesSinceFailure = attempts.filter(
    (attempt) => !attempt.failed && msSinceFailure !== undefined && attempt.msAgo < msSinceFailure,
  ).length;
  return circuitState({
    attempts: attempts.length,
    failures: failed.length,
    successesSinceFailure,
    msSinceFailure,
  });
};
