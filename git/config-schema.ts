/** The part of the configuration that git/ owns: where commits go. */
import { z } from 'zod';

/** What `git check-ref-format --branch` refuses, and names that look like an option. */

const NOT_IN_A_BRANCH = /^[-/.]|[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|[/.]$|\.lock(\/|$)|^@$/;

/** Keys of `delivery` besides its mode, which the run decides on. */
export const deliveryTargetShape = {
  remote: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_./-]*$/, 'the name of a remote, such as "origin"')
    .default('origin')
    .describe('Name of the Git remote that is pushed to and that the shared ledger is fetched from.'),
  branch: z
    .string()
    .min(1)
    .max(200)
    .refine((name) => !NOT_IN_A_BRANCH.test(name), 'a branch name that Git accepts, such as "main"')
    .nullable()
    .default(null)
    .describe('Branch that commits go to; null: the branch that is checked.'),
};
