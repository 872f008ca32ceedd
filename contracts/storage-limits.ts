/** How much of files each plan stores, and how much of one file is read. */
import type { FilePurpose } from './files.ts';
import type { PlanTier } from './plan-tiers.ts';

export interface StorageLimits {
  /** Bytes of one file, by what it is for. */
  readonly fileBytes: Readonly<Record<FilePurpose, number>>;
  /** Bytes of all files of one user. */
  readonly userBytes: number;
  /** Bytes of all files of a tenant. */
  readonly tenantBytes: number;
  /** Files of one user. */
  readonly userFiles: number;
  /** Pages, slides or sheets of one file. */
  readonly pages: number;
  /** Characters of text of one file. */
  readonly characters: number;
}

const mebibyte = 1_048_576;
const gibibyte = 1_073_741_824;

export const storageLimits: Readonly<Record<PlanTier, StorageLimits>> = {
  FREE: {
    fileBytes: { CONTENT: 25 * mebibyte, IMPORT: 100 * mebibyte },
    userBytes: 500 * mebibyte,
    tenantBytes: 2 * gibibyte,
    userFiles: 1_000,
    pages: 500,
    characters: 1_000_000,
  },
  PRO: {
    fileBytes: { CONTENT: 25 * mebibyte, IMPORT: 500 * mebibyte },
    userBytes: 5 * gibibyte,
    tenantBytes: 100 * gibibyte,
    userFiles: 10_000,
    pages: 1_000,
    characters: 2_000_000,
  },
  ENTERPRISE: {
    fileBytes: { CONTENT: 25 * mebibyte, IMPORT: 1_000 * mebibyte },
    userBytes: 50 * gibibyte,
    tenantBytes: 2_000 * gibibyte,
    userFiles: 50_000,
    pages: 2_000,
    characters: 4_000_000,
  },
};
