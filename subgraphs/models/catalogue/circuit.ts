/**
 * The circuit that keeps messages from a failing model. CLOSED: the model is used. OPEN: it is not used. HALF_OPEN: it
 * is tried after every healthy model. Each tenant has a circuit for each model, which counts its own attempts, and all
 * tenants share another one. Invariant: whatever a single tenant's messages cause, however often, neither opens the
 * shared circuit nor keeps it open: that takes two tenants.
 */

export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** Number of latest attempts that a circuit counts. */
export const circuitAttempts = 20;
/** Most attempts of one tenant that the shared circuit counts. Fewer than it needs to open. */
export const attemptsOfOneTenant = 4;
/** Fewer attempts never open a circuit. */
export const leastAttempts = 5;
const tripErrorRate = 0.5;
/** Tenants that must have failures before the circuit opens for all. */
const leastTenants = 2;
/** Successes since the last failure that close the circuit. */
export const closeAfterSuccesses = 3;
/** Milliseconds after the last failure during which the circuit is OPEN; then it is HALF_OPEN. */
export const circuitCooldownMs = 30_000;

export interface CircuitFigures {
  readonly attempts: number;
  readonly failures: number;
  readonly successesSinceFailure: number;
  /** Undefined if there was no failure. */
  readonly msSinceFailure: number | undefined;
}

const failsTooOften = (failures: number, attempts: number): boolean => failures / attempts >= tripErrorRate;

/** The state of one tenant's circuit. */
export const circuitState = (figures: CircuitFigures): CircuitState => {
  const { attempts, failures, successesSinceFailure, msSinceFailure } = figures;
  if (attempts < leastAttempts || !failsTooOften(failures, attempts)) return 'CLOSED';
  if (successesSinceFailure >= closeAfterSuccesses) return 'CLOSED';
  return (msSinceFailure ?? 0) < circuitCooldownMs ? 'OPEN' : 'HALF_OPEN';
};

export interface Attempt {
  readonly tenantId: string;
  readonly failed: boolean;
  /** Milliseconds since the attempt ended. */
  readonly msAgo: number;
}

/**
 * The state of the circuit that all tenants share. Failures count from the moment at which a second tenant had one;
 * later failures of a single tenant count for that tenant only.
 * @param attempts the latest ones, at most `attemptsOfOneTenant` of each tenant
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
