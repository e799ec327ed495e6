import { z } from 'zod';

const TARGET = /^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$|^[0-9A-Fa-f:.]+(\/\d{1,3})?$/;

const rules = z
  .array(
    z.strictObject({
      to: z.string().max(255).regex(TARGET, 'is a name, an address or a block'),
      port: z.int().min(0).max(65_535).default(0).describe('0: any'),
    }),
  )
  .max(100);

/** An EgressPolicy as people write it; what is absent is open, as on AWS. */
export const egressPolicy = z.strictObject({
  enabled: z.boolean().default(true),
  allow: rules.default([]).describe('when not empty, nothing else is reachable'),
  deny: rules.default([]),
});
